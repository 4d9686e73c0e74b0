using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// A place in the file, written as <c>segments[1].vsid</c>. A chain of steps to the root, so that the many places of a
/// valid file cost no text.
/// </summary>
internal sealed class JsonPath
{
    private const int LongestKey = 64;

    private readonly string? key;
    private readonly int index;

    private JsonPath(JsonPath? parent, string? key, int index)
    {
        Parent = parent;
        this.key = key;
        this.index = index;
    }

    /// <summary>The file as a whole; its text is empty.</summary>
    public static JsonPath Root { get; } = new(null, null, 0);

    /// <summary>The object or array around the place; null at the root.</summary>
    public JsonPath? Parent { get; }

    /// <summary>The place of a key of this object.</summary>
    public JsonPath this[string key] => new(this, key, 0);

    /// <summary>The place of an element of this array.</summary>
    public JsonPath this[int index] => new(this, null, index);

    /// <inheritdoc/>
    public override string ToString()
    {
        StringBuilder text = new();
        Append(text);
        return text.ToString();
    }

    private static string Plain(string key)
    {
        bool plain = key.Length is > 0 and <= LongestKey && key.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$');
        string shown = key.Length <= LongestKey ? key : string.Concat(key.AsSpan(0, LongestKey), "...");
        return plain ? shown : $"\"{JsonEncodedText.Encode(Wellformed(shown), JavaScriptEncoder.Default)}\"";
    }

    /// <summary>Cutting a long key may split a surrogate pair, and the encoder refuses halves.</summary>
    private static string Wellformed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private void Append(StringBuilder text)
    {
        if (Parent is null)
        {
            return;
        }

        Parent.Append(text);
        if (key is null)
        {
            text.Append('[').Append(index.ToString(CultureInfo.InvariantCulture)).Append(']');
            return;
        }

        if (text.Length > 0)
        {
            text.Append('.');
        }

        text.Append(Plain(key));
    }
}
