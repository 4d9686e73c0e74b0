using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Configuration;

/// <summary>A JSON string with a form of its own.</summary>
internal abstract class TextKind<T> : ValueKind<T>
{
    /// <summary>Takes the text of the value.</summary>
    /// <param name="text">The decoded string.</param>
    /// <param name="value">The value.</param>
    /// <param name="problem">What is wrong, where more can be said than that the form is another one.</param>
    /// <returns>False when the text is not allowed.</returns>
    public abstract bool TryParse(string text, out T value, out string? problem);

    /// <summary>The text of a value.</summary>
    public abstract string Format(T value);

    public override T Read(JsonElement element, JsonPath path, ReadContext context)
    {
        string? problem;
        if (element.ValueKind != JsonValueKind.String)
        {
            problem = "is not a string";
        }
        else if (!JsonText.TryGetString(element, out string text))
        {
            problem = "is not valid Unicode text";
        }
        else if (TryParse(text, out T value, out problem))
        {
            return value;
        }

        context.Fail(path, ReadContext.Show(element), problem ?? "does not have the right form", Allowed);
        return Placeholder(context);
    }

    public override void Write(Utf8JsonWriter writer, T value) => writer.WriteStringValue(Format(value));

    public override JsonObject Schema() => new() { ["type"] = "string" };
}

/// <summary>Text that matches a pattern.</summary>
internal sealed class PatternKind(string pattern, string allowed) : TextKind<string>
{
    private readonly Regex regex = new($"^(?:{pattern})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    public override string Allowed => allowed;

    public override bool TryParse(string text, out string value, out string? problem)
    {
        value = text;
        problem = null;
        return regex.IsMatch(text);
    }

    public override string Format(string value) => value;

    public override string Placeholder(ReadContext context) => string.Empty;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = $"^(?:{pattern})$" };
}

/// <summary>One of a few words.</summary>
internal sealed class WordKind<T>((string Word, T Value)[] words, params string[] later) : TextKind<T>
    where T : struct, Enum
{
    public override string Allowed => string.Join(" or ", words.Select(static w => $"\"{w.Word}\""));

    public override bool TryParse(string text, out T value, out string? problem)
    {
        foreach ((string word, T meaning) in words)
        {
            if (string.Equals(text, word, StringComparison.Ordinal))
            {
                value = meaning;
                problem = null;
                return true;
            }
        }

        value = default;
        problem = later.Contains(text, StringComparer.Ordinal)
            ? UnsupportedKey.Problem
            : "is not one of the words" + Similar.Suggest(text, words.Select(static w => w.Word));
        return false;
    }

    public override string Format(T value) => words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;

    public override T Placeholder(ReadContext context) => words[0].Value;

    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. words.Select(static w => (JsonNode)w.Word)]) };
}

/// <summary>A unicast MAC address.</summary>
internal sealed class MacKind : TextKind<MacAddress>
{
    public override string Allowed => "a unicast MAC address such as \"02:00:00:00:01:01\", not zero";

    public override bool TryParse(string text, out MacAddress value, out string? problem)
    {
        if (!MacAddress.TryParse(text, out value))
        {
            problem = "is not a MAC address";
            return false;
        }

        problem = value.IsZero ? "is the zero address" : value.IsGroup ? "is a group address" : null;
        return problem is null;
    }

    public override string Format(MacAddress value) => value.ToString();

    public override MacAddress Placeholder(ReadContext context) => default;

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})$" };
}

/// <summary>A unicast IPv4 or IPv6 address.</summary>
internal sealed class AddressKind(string what) : TextKind<IPAddress>
{
    public override string Allowed => $"{what}: a unicast IPv4 or IPv6 address such as \"192.0.2.2\" or \"2001:db8::2\"";

    public override bool TryParse(string text, out IPAddress value, out string? problem)
    {
        if (!AddressText.TryParse(text, out value))
        {
            problem = "is not an IP address";
            return false;
        }

        problem = AddressMath.WhyNotUnicast(value);
        return problem is null;
    }

    public override string Format(IPAddress value) => value.ToString();

    public override IPAddress Placeholder(ReadContext context) => IPAddress.Any;

    public override JsonObject Schema() => new() { ["type"] = "string", ["anyOf"] = new JsonArray(new JsonObject { ["format"] = "ipv4" }, new JsonObject { ["format"] = "ipv6" }) };
}

/// <summary>A unicast address with the length of its on-link prefix.</summary>
internal sealed class InterfaceAddressKind : TextKind<InterfaceAddress>
{
    public override string Allowed => "a unicast address with its prefix length (1 to 32 or 128), such as \"192.0.2.1/24\" or \"2001:db8::1/64\"";

    public override bool TryParse(string text, out InterfaceAddress value, out string? problem)
    {
        value = new InterfaceAddress(IPAddress.Any, 0);
        if (!AddressText.TryParsePrefix(text, out IPAddress address, out int length) || length == 0)
        {
            problem = "is not an address with a prefix length";
            return false;
        }

        value = new InterfaceAddress(address, length);
        problem = AddressMath.WhyNotUnicast(address);
        if (problem is null && address.AddressFamily == AddressFamily.InterNetwork && length < 31)
        {
            problem = address.Equals(value.Broadcast) ? "is the broadcast address of its prefix"
                : address.Equals(value.Network.BaseAddress) ? "is the network address of its prefix"
                : null;
        }

        return problem is null;
    }

    public override string Format(InterfaceAddress value) => value.ToString();

    public override InterfaceAddress Placeholder(ReadContext context) => new(IPAddress.Any, 32);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f:.]+/[0-9]{1,3}$" };
}

/// <summary>An address of a router of tenants, with or without the prefix around it.</summary>
internal sealed class RouterAddressKind : TextKind<InterfaceAddress>
{
    private static readonly InterfaceAddressKind WithPrefix = new();

    public override string Allowed => "a unicast address, such as \"10.1.1.1\", or one with its prefix length, such as \"10.1.1.1/24\" or \"2001:db8::1/64\"";

    public override bool TryParse(string text, out InterfaceAddress value, out string? problem)
    {
        if (text.Contains('/', StringComparison.Ordinal))
        {
            return WithPrefix.TryParse(text, out value, out problem);
        }

        return WithPrefix.TryParse(text + (text.Contains(':', StringComparison.Ordinal) ? "/128" : "/32"), out value, out problem);
    }

    public override string Format(InterfaceAddress value) => value.Network.BaseAddress.Equals(value.Address) ? value.Address.ToString() : value.ToString();

    public override InterfaceAddress Placeholder(ReadContext context) => new(IPAddress.Any, 32);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$" };
}

/// <summary>A destination prefix without host bits.</summary>
internal sealed class PrefixKind : TextKind<IPNetwork>
{
    public override string Allowed => "a prefix without host bits, such as \"0.0.0.0/0\", \"198.51.100.0/24\" or \"2001:db8:1::/48\"";

    public override bool TryParse(string text, out IPNetwork value, out string? problem)
    {
        value = default;
        if (!AddressText.TryParsePrefix(text, out IPAddress address, out int length))
        {
            problem = "is not a prefix";
            return false;
        }

        IPAddress network = AddressMath.Mask(address, length);
        value = new IPNetwork(network, length);
        problem = network.Equals(address) ? null : $"has host bits set (the prefix is {network}/{length})";
        return problem is null;
    }

    public override string Format(IPNetwork value) => value.ToString();

    public override IPNetwork Placeholder(ReadContext context) => new(IPAddress.Any, 32);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^[0-9A-Fa-f:.]+/[0-9]{1,3}$" };
}

/// <summary>An address and TCP port to listen on.</summary>
internal sealed class EndPointKind : TextKind<IPEndPoint>
{
    public override string Allowed => "an IP address and a TCP port (0 takes a free one), such as \"127.0.0.1:9471\" or \"[::1]:9471\"";

    public override bool TryParse(string text, out IPEndPoint value, out string? problem)
    {
        value = new IPEndPoint(IPAddress.Loopback, 0);
        problem = null;
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !AddressText.TryParseNumber(text.AsSpan(colon + 1), IPEndPoint.MaxPort, out int port))
        {
            return false;
        }

        string host = text[..colon];
        bool bracketed = host.StartsWith('[') && host.EndsWith(']');
        if (!AddressText.TryParse(bracketed ? host[1..^1] : host, out IPAddress address) || bracketed != (address.AddressFamily == AddressFamily.InterNetworkV6))
        {
            return false;
        }

        value = new IPEndPoint(address, port);
        return true;
    }

    public override string Format(IPEndPoint value) => value.ToString();

    public override IPEndPoint Placeholder(ReadContext context) => new(IPAddress.Loopback, 0);

    public override JsonObject Schema() => new() { ["type"] = "string", ["pattern"] = "^(?:[0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$" };
}

/// <summary>A whole number in a range.</summary>
internal sealed class NumberKind(int least, int most, string unit = "") : ValueKind<int>
{
    public override string Allowed => $"{least} to {most}{(unit.Length == 0 ? string.Empty : " " + unit)}";

    public override int Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind != JsonValueKind.Number)
        {
            context.Fail(path, ReadContext.Show(element), "is not a number", Allowed);
        }
        else if (!element.TryGetInt64(out long value))
        {
            context.Fail(path, ReadContext.Show(element), "is not a whole number in range", Allowed);
        }
        else if (value < least || value > most)
        {
            context.Fail(path, ReadContext.Show(element), "is out of range", Allowed);
        }
        else
        {
            return (int)value;
        }

        return Placeholder(context);
    }

    public override int Placeholder(ReadContext context) => least;

    public override void Write(Utf8JsonWriter writer, int value) => writer.WriteNumberValue(value);

    public override JsonObject Schema() => new() { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most };
}

/// <summary>A small number that the records hold as a byte.</summary>
internal sealed class ByteKind(byte least, byte most) : ValueKind<byte>
{
    private readonly NumberKind number = new(least, most);

    public override string Allowed => number.Allowed;

    public override byte Read(JsonElement element, JsonPath path, ReadContext context) => (byte)number.Read(element, path, context);

    public override byte Placeholder(ReadContext context) => least;

    public override void Write(Utf8JsonWriter writer, byte value) => writer.WriteNumberValue(value);

    public override JsonObject Schema() => number.Schema();
}

/// <summary>True or false.</summary>
internal sealed class FlagKind : ValueKind<bool>
{
    public override string Allowed => "true or false";

    public override bool Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return element.GetBoolean();
        }

        context.Fail(path, ReadContext.Show(element), "is neither true nor false", Allowed);
        return false;
    }

    public override bool Placeholder(ReadContext context) => false;

    public override void Write(Utf8JsonWriter writer, bool value) => writer.WriteBooleanValue(value);

    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}

/// <summary>Where the outer DSCP comes from: a word, or a number as a fixed value.</summary>
internal sealed class DscpEncapsulationKind : ValueKind<DscpEncapsulation>
{
    private const string CopyWord = "copy", PcpWord = "pcp";
    private const int HighestDscp = 63;

    public override string Allowed => $"\"{CopyWord}\", \"{PcpWord}\" or a DSCP, 0 to {HighestDscp}";

    public override DscpEncapsulation Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long number) && number is >= 0 and <= HighestDscp)
        {
            return DscpEncapsulation.Fixed((byte)number);
        }

        if (element.ValueKind == JsonValueKind.String && JsonText.TryGetString(element, out string word) && word is CopyWord or PcpWord)
        {
            return word == CopyWord ? DscpEncapsulation.Copy : DscpEncapsulation.Pcp;
        }

        string problem = element.ValueKind == JsonValueKind.Number ? "is out of range" : "is neither of the words nor a number";
        context.Fail(path, ReadContext.Show(element), problem, Allowed);
        return DscpEncapsulation.Copy;
    }

    public override DscpEncapsulation Placeholder(ReadContext context) => DscpEncapsulation.Copy;

    public override void Write(Utf8JsonWriter writer, DscpEncapsulation value)
    {
        if (value.Mode == DscpEncapsulationMode.Fixed)
        {
            writer.WriteNumberValue(value.Value);
        }
        else
        {
            writer.WriteStringValue(value.Mode == DscpEncapsulationMode.Pcp ? PcpWord : CopyWord);
        }
    }

    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["enum"] = new JsonArray(CopyWord, PcpWord) },
            new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = HighestDscp }),
    };
}

/// <summary>A value type that may be absent.</summary>
internal sealed class MaybeKind<T>(ValueKind<T> kind) : ValueKind<T?>
    where T : struct
{
    public override string Allowed => kind.Allowed;

    public override T? Read(JsonElement element, JsonPath path, ReadContext context) => kind.Read(element, path, context);

    public override T? Placeholder(ReadContext context) => null;

    public override void Write(Utf8JsonWriter writer, T? value) => kind.Write(writer, value.GetValueOrDefault());

    public override JsonObject Schema() => kind.Schema();

    public override bool IsNone(T? value) => value is null;
}

/// <summary>A reference type that may be absent.</summary>
internal sealed class MaybeReferenceKind<T>(ValueKind<T> kind) : ValueKind<T?>
    where T : class
{
    public override string Allowed => kind.Allowed;

    public override T? Read(JsonElement element, JsonPath path, ReadContext context) => kind.Read(element, path, context);

    public override T? Placeholder(ReadContext context) => null;

    public override void Write(Utf8JsonWriter writer, T? value) => kind.Write(writer, value!);

    public override JsonObject Schema() => kind.Schema();

    public override bool IsNone(T? value) => value is null;

    public override void Describe(string path, SettingsTable table) => kind.Describe(path, table);
}

/// <summary>An array of values of one kind.</summary>
internal sealed class ListKind<T>(ValueKind<T> item, int least, int most) : ValueKind<ValueList<T>>
{
    public override string Allowed => least == most
        ? string.Create(CultureInfo.InvariantCulture, $"an array of exactly {most}, each {item.Allowed}")
        : string.Create(CultureInfo.InvariantCulture, $"an array of {least} to {most}, each {item.Allowed}");

    public override ValueList<T> Read(JsonElement element, JsonPath path, ReadContext context)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            context.Fail(path, ReadContext.Show(element), "is not an array", Allowed);
            return Placeholder(context);
        }

        int count = element.GetArrayLength();
        if (count < least || count > most)
        {
            context.Fail(path, ReadContext.Show(element), string.Create(CultureInfo.InvariantCulture, $"has {count} elements"), Allowed);
        }

        List<T> items = new(Math.Min(count, most));
        foreach (JsonElement one in element.EnumerateArray())
        {
            items.Add(item.Read(one, path[items.Count], context));
        }

        return [.. items];
    }

    public override ValueList<T> Placeholder(ReadContext context) => [];

    // A default of fewer elements than may stand there, as that of a gateway without PAs, has no form that could be read back.
    public override bool IsNone(ValueList<T> value) => value.Count < least;

    public override void Write(Utf8JsonWriter writer, ValueList<T> value)
    {
        writer.WriteStartArray();
        foreach (T one in value)
        {
            item.Write(writer, one);
        }

        writer.WriteEndArray();
    }

    public override JsonObject Schema()
    {
        JsonObject schema = new() { ["type"] = "array", ["items"] = item.Schema(), ["maxItems"] = most };
        if (least > 0)
        {
            schema["minItems"] = least;
        }

        return schema;
    }

    public override void Describe(string path, SettingsTable table) => item.Describe(path + "[]", table);
}
