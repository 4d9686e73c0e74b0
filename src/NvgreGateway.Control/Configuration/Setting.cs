using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>One key of an object: what the reader, the writer, the schema and the documentation know about it.</summary>
/// <typeparam name="TOwner">The record that the object becomes.</typeparam>
internal abstract class Setting<TOwner>(string key, string meaning, string rows, string? when)
{
    public string Key => key;

    /// <summary>What it means, in words.</summary>
    public string Meaning => meaning;

    /// <summary>Requirement rows behind it, for example <c>E-004</c>.</summary>
    public string Rows => rows;

    /// <summary>The value of the object's discriminator that the key goes with; null where it always may stand.</summary>
    public string? When => when;

    /// <summary>Its index among the settings of the object.</summary>
    public int Slot { get; set; }

    public abstract bool IsRequired { get; }

    public abstract string Allowed { get; }

    /// <summary>The default in words, or <c>required</c>.</summary>
    public abstract string DefaultText { get; }

    public abstract object? Read(JsonElement element, JsonPath path, ReadContext context);

    /// <summary>The value where the key is absent.</summary>
    public abstract object? Absent(SettingValues values);

    public abstract object? Placeholder(ReadContext context);

    /// <summary>Tells the context about the value, where other settings take their default from it.</summary>
    public abstract void Publish(object? value, ReadContext context);

    public abstract void Write(Utf8JsonWriter writer, TOwner owner);

    public abstract JsonObject Schema();

    public abstract void Describe(string path, SettingsTable table);
}

/// <summary>A setting with the type of its value.</summary>
internal sealed class Setting<TOwner, T>(
    string key,
    ValueKind<T> kind,
    Func<TOwner, T> get,
    Func<SettingValues, T>? absent,
    string? defaultText,
    bool defaultIsFixed,
    string meaning,
    string rows,
    string? when,
    Action<ReadContext, T>? publish) : Setting<TOwner>(key, meaning, rows, when)
{
    public override bool IsRequired => absent is null;

    public override string Allowed => kind.Allowed;

    public override string DefaultText => IsRequired ? "required" : defaultText ?? FixedDefault() ?? "none";

    public override object? Read(JsonElement element, JsonPath path, ReadContext context) => kind.Read(element, path, context);

    public override object? Absent(SettingValues values) => absent is null ? kind.Placeholder(values.Context) : absent(values);

    public override object? Placeholder(ReadContext context) => kind.Placeholder(context);

    public override void Publish(object? value, ReadContext context) => publish?.Invoke(context, (T)value!);

    public override void Write(Utf8JsonWriter writer, TOwner owner)
    {
        T value = get(owner);
        if (!kind.IsNone(value))
        {
            writer.WritePropertyName(Key);
            kind.Write(writer, value);
        }
    }

    public override JsonObject Schema()
    {
        JsonObject schema = kind.Schema();
        schema["description"] = Rows.Length == 0 ? Meaning : $"{Meaning} ({Rows})";
        if (FixedDefault() is { } json)
        {
            schema["default"] = JsonNode.Parse(json);
        }

        return schema;
    }

    public override void Describe(string path, SettingsTable table)
    {
        table.Add($"{path}{(path.Length == 0 ? string.Empty : ".")}{Key}", DefaultText, Allowed, When, Meaning, Rows);
        kind.Describe($"{path}{(path.Length == 0 ? string.Empty : ".")}{Key}", table);
    }

    /// <summary>The default as JSON, where it does not depend on other settings and is not "none".</summary>
    private string? FixedDefault()
    {
        if (!defaultIsFixed || absent is null)
        {
            return null;
        }

        T value = absent(new SettingValues(0, new ReadContext()));
        return kind.IsNone(value) ? null : JsonOutput.Write(writer => kind.Write(writer, value), indented: false);
    }
}
