using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>A key of the specification whose feature this version does not have: refused, so that nobody believes it works (F-009).</summary>
/// <param name="Key">The key.</param>
/// <param name="Accepted">The one value, as JSON, that asks for what this version does anyway; null where there is none.</param>
/// <param name="Rows">The rows of the feature.</param>
internal sealed record UnsupportedKey(string Key, string? Accepted, string Rows)
{
    /// <summary>What an error says about such a key or word.</summary>
    public const string Problem = "is not supported in this version";

    public string Allowed => Accepted is null ? "leave the key out" : $"leave the key out, or {Accepted}";

    /// <summary>Whether a value is the accepted one: one word or literal, so that its text in the file tells.</summary>
    public bool Accepts(JsonElement value) => Accepted is not null && value.GetRawText() == Accepted;

    public JsonObject? Schema() => Accepted is null ? null : new() { ["const"] = JsonNode.Parse(Accepted) };
}
