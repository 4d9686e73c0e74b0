using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// A kind of value that settings can have. It is the one place that knows how such a value is read and checked, written,
/// described to people and described by the schema.
/// </summary>
/// <typeparam name="T">Type of the value in the configuration records.</typeparam>
internal abstract class ValueKind<T>
{
    /// <summary>What is allowed, in words, as error messages and the settings table say it.</summary>
    public abstract string Allowed { get; }

    /// <summary>Reads a value. A value that is not allowed is reported, and a placeholder comes back.</summary>
    public abstract T Read(JsonElement element, JsonPath path, ReadContext context);

    /// <summary>A value to go on with where none could be read; never null unless <typeparamref name="T"/> is nullable.</summary>
    public abstract T Placeholder(ReadContext context);

    /// <summary>Writes a value in the form that <see cref="Read"/> takes.</summary>
    public abstract void Write(Utf8JsonWriter writer, T value);

    /// <summary>The JSON Schema of the value.</summary>
    public abstract JsonObject Schema();

    /// <summary>Whether a value is "none", which has no JSON form: its key is left out.</summary>
    public virtual bool IsNone(T value) => false;

    /// <summary>Adds the settings of an object kind, or of one inside it, to the settings table.</summary>
    public virtual void Describe(string path, SettingsTable table)
    {
    }
}
