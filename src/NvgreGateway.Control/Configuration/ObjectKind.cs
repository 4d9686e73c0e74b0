using System.Text.Json;
using System.Text.Json.Nodes;

namespace NvgreGateway.Control.Configuration;

/// <summary>
/// An object with a closed set of keys. The keys are read in the order of their definition, not of the file, so that a
/// default can rest on a key that stands later in the file.
/// </summary>
/// <typeparam name="T">The record that the object becomes.</typeparam>
internal sealed class ObjectKind<T>(string what) : ValueKind<T>
{
    private readonly List<Setting<T>> settings = [];
    private readonly Dictionary<string, Setting<T>> byKey = new(StringComparer.Ordinal);
    private readonly List<UnsupportedKey> unsupported = [];
    private readonly Dictionary<string, (string Problem, string Instead)> refused = new(StringComparer.Ordinal);
    private readonly HashSet<string> ignored = new(StringComparer.Ordinal);
    private Func<SettingValues, T>? build;
    private Setting<T>? discriminator;
    private Setting<T>? shorthand;
    private JsonObject? extraSchema;
    private Action<SettingValues, JsonPath, JsonElement>? check;

    public override string Allowed => shorthand is null ? $"{what} as an object" : $"{shorthand.Allowed}, or {what} as an object";

    /// <summary>A key that must stand there.</summary>
    public Setting<T, TValue> Required<TValue>(string key, ValueKind<TValue> kind, Func<T, TValue> get, string meaning, string rows = "") =>
        Add(new Setting<T, TValue>(key, kind, get, null, null, false, meaning, rows, null, null));

    /// <summary>A key with a fixed default.</summary>
    public Setting<T, TValue> Optional<TValue>(
        string key,
        ValueKind<TValue> kind,
        TValue otherwise,
        Func<T, TValue> get,
        string meaning,
        string rows = "",
        string? when = null,
        string? defaultText = null,
        Action<ReadContext, TValue>? publish = null) =>
        Add(new Setting<T, TValue>(key, kind, get, _ => otherwise, defaultText, true, meaning, rows, when, publish));

    /// <summary>A key whose default rests on other settings.</summary>
    public Setting<T, TValue> Derived<TValue>(
        string key,
        ValueKind<TValue> kind,
        Func<SettingValues, TValue> otherwise,
        string defaultText,
        Func<T, TValue> get,
        string meaning,
        string rows = "",
        string? when = null) =>
        Add(new Setting<T, TValue>(key, kind, get, otherwise, defaultText, false, meaning, rows, when, null));

    /// <summary>An object inside, whose default is that of all its keys.</summary>
    public Setting<T, TValue> Group<TValue>(string key, ObjectKind<TValue> kind, Func<T, TValue> get, string meaning, string rows = "", string? when = null, Action<ReadContext, TValue>? publish = null) =>
        Add(new Setting<T, TValue>(key, kind, get, values => kind.Placeholder(values.Context), "as below", false, meaning, rows, when, publish));

    /// <summary>Keys whose feature comes later; <paramref name="accepted"/> as in <see cref="UnsupportedKey"/>.</summary>
    public void Later(string key, string rows, string? accepted = null) => unsupported.Add(new UnsupportedKey(key, accepted, rows));

    /// <summary>A key that an operator may look for and never gets: refused with the reason.</summary>
    public void Refuse(string key, string problem, string instead) => refused.Add(key, (problem, instead));

    /// <summary>A key that tools write and the gateway has no use for.</summary>
    public void Ignore(string key) => ignored.Add(key);

    /// <summary>How the record is made of the values.</summary>
    public void BuiltBy(Func<SettingValues, T> function) => build = function;

    /// <summary>The setting whose value decides which keys may stand there.</summary>
    public void DiscriminatedBy(Setting<T> setting) => discriminator = setting;

    /// <summary>The setting whose value alone may stand for the object.</summary>
    public void ShortenedTo(Setting<T> setting) => shorthand = setting;

    /// <summary>Members for the schema that no single key gives.</summary>
    public void AlsoInSchema(JsonObject members) => extraSchema = members;

    /// <summary>A check over several keys of the object.</summary>
    public void CheckedBy(Action<SettingValues, JsonPath, JsonElement> action) => check = action;

    public override T Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (shorthand is not null && element.ValueKind == JsonValueKind.String)
        {
            context.NoteShorthand(path);
            return Build(context, setting => ReferenceEquals(setting, shorthand) ? (true, setting.Read(element, path, context)) : (false, null));
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            context.Fail(path, ReadContext.Show(element), shorthand is null ? "is not an object" : "is neither a string nor an object", Allowed);
            return Placeholder(context);
        }

        Dictionary<string, JsonElement> present = Index(element, path, context);
        string? variant = discriminator is not null && present.TryGetValue(discriminator.Key, out JsonElement word)
            && word.ValueKind == JsonValueKind.String && JsonText.TryGetString(word, out string text) ? text : null;
        T result = Build(context, setting => ReadSetting(setting, present, variant, path, context), out SettingValues values);
        check?.Invoke(values, path, element);
        return result;
    }

    public override T Placeholder(ReadContext context) => Build(context, static _ => (false, null));

    public override void Write(Utf8JsonWriter writer, T value)
    {
        writer.WriteStartObject();
        string? variant = null;
        foreach (Setting<T> setting in settings)
        {
            if (setting.When is null || setting.When == (variant ??= Variant(value)))
            {
                setting.Write(writer, value);
            }
        }

        writer.WriteEndObject();
    }

    public override JsonObject Schema()
    {
        JsonObject properties = [];
        foreach (string key in ignored)
        {
            properties[key] = new JsonObject { ["type"] = "string" };
        }

        foreach (Setting<T> setting in settings)
        {
            properties[setting.Key] = setting.Schema();
        }

        foreach (UnsupportedKey key in unsupported)
        {
            if (key.Schema() is { } schemaOfKey)
            {
                properties[key.Key] = schemaOfKey;
            }
        }

        JsonObject schema = new() { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        JsonNode[] required = [.. settings.Where(static s => s.IsRequired).Select(static s => (JsonNode)s.Key)];
        if (required.Length > 0)
        {
            schema["required"] = new JsonArray(required);
        }

        if (discriminator is not null)
        {
            schema["allOf"] = new JsonArray([.. Variants().Select(VariantSchema)]);
        }

        foreach ((string key, JsonNode? member) in extraSchema ?? [])
        {
            schema[key] = member!.DeepClone();
        }

        return shorthand is null ? schema : new JsonObject { ["anyOf"] = new JsonArray(PlainSchema(shorthand), schema) };
    }

    public override void Describe(string path, SettingsTable table)
    {
        foreach (Setting<T> setting in settings)
        {
            setting.Describe(path, table);
        }

        foreach (UnsupportedKey key in unsupported)
        {
            table.AddUnsupported($"{path}{(path.Length == 0 ? string.Empty : ".")}{key.Key}", key);
        }
    }

    private static JsonObject PlainSchema(Setting<T> setting)
    {
        JsonObject schema = setting.Schema();
        schema.Remove("description");
        return schema;
    }

    private Setting<T, TValue> Add<TValue>(Setting<T, TValue> setting)
    {
        setting.Slot = settings.Count;
        settings.Add(setting);
        byKey.Add(setting.Key, setting);
        return setting;
    }

    /// <summary>The keys that can be read, by name; every other key is reported.</summary>
    private Dictionary<string, JsonElement> Index(JsonElement element, JsonPath path, ReadContext context)
    {
        Dictionary<string, JsonElement> present = new(StringComparer.Ordinal);
        HashSet<string>? others = null;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            string key = JsonText.Name(property);
            bool isSetting = byKey.ContainsKey(key);
            if (isSetting ? !present.TryAdd(key, property.Value) : !(others ??= new(StringComparer.Ordinal)).Add(key))
            {
                context.Fail(path[key], ReadContext.Show(property.Value), "stands here a second time", "each key once");
            }
            else if (!isSetting && !ignored.Contains(key))
            {
                ReportKey(key, property.Value, path, context);
            }
        }

        return present;
    }

    private void ReportKey(string key, JsonElement value, JsonPath path, ReadContext context)
    {
        if (unsupported.Find(u => u.Key == key) is { } later)
        {
            if (!later.Accepts(value))
            {
                context.Fail(path[key], ReadContext.Show(value), UnsupportedKey.Problem, later.Allowed);
            }

            return;
        }

        if (refused.TryGetValue(key, out (string Problem, string Instead) reason))
        {
            context.Fail(path[key], ReadContext.Show(value), reason.Problem, reason.Instead);
            return;
        }

        IEnumerable<string> keys = settings.Select(static s => s.Key);
        context.Fail(path[key], ReadContext.Show(value), "is not a known key" + Similar.Suggest(key, keys), string.Join(", ", keys));
    }

    private (bool IsPresent, object? Value) ReadSetting(Setting<T> setting, Dictionary<string, JsonElement> present, string? variant, JsonPath path, ReadContext context)
    {
        if (!present.TryGetValue(setting.Key, out JsonElement value))
        {
            if (setting.IsRequired)
            {
                context.Fail(path[setting.Key], "missing", "is required", setting.Allowed);
            }

            return (false, null);
        }

        if (setting.When is not null && variant is not null && setting.When != variant && Variants().Contains(variant))
        {
            context.Fail(path[setting.Key], ReadContext.Show(value), $"does not go with {discriminator!.Key} \"{variant}\"", $"with {discriminator.Key} \"{setting.When}\" only");
            return (true, setting.Placeholder(context));
        }

        return (true, setting.Read(value, path[setting.Key], context));
    }

    private T Build(ReadContext context, Func<Setting<T>, (bool IsPresent, object? Value)> read) => Build(context, read, out _);

    private T Build(ReadContext context, Func<Setting<T>, (bool IsPresent, object? Value)> read, out SettingValues values)
    {
        values = new SettingValues(settings.Count, context);
        foreach (Setting<T> setting in settings)
        {
            (bool isPresent, object? value) = read(setting);
            value = isPresent ? value : setting.Absent(values);
            values.Set(setting.Slot, value, isPresent);
            setting.Publish(value, context);
        }

        return build!(values);
    }

    private IEnumerable<string> Variants() => settings.Select(static s => s.When).OfType<string>().Distinct(StringComparer.Ordinal);

    private string? Variant(T value) => discriminator is null
        ? null
        : JsonNode.Parse(JsonOutput.Write(
            writer =>
            {
                writer.WriteStartObject();
                discriminator.Write(writer, value);
                writer.WriteEndObject();
            },
            indented: false))![discriminator.Key]!.GetValue<string>();

    private JsonNode VariantSchema(string variant)
    {
        JsonObject refused = [];
        foreach (Setting<T> setting in settings.Where(s => s.When is not null && s.When != variant))
        {
            refused[setting.Key] = false;
        }

        return new JsonObject
        {
            ["if"] = new JsonObject { ["properties"] = new JsonObject { [discriminator!.Key] = new JsonObject { ["const"] = variant } } },
            ["then"] = new JsonObject { ["properties"] = refused },
        };
    }
}
