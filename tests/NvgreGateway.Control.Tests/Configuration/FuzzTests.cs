using System.Text;
using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;

namespace NvgreGateway.Control.Tests.Configuration;

/// <summary>Whatever the bytes are, the loader answers with a configuration or with errors, and never throws.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 12000;

    private static readonly string[] Seeds = [Samples.Example, Samples.Full];

    private static readonly string[] Pieces =
    [
        "null", "true", "-1", "0", "4095", "1e400", "1.5", "99999999999999999999", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"a\":1}", "\"\\ud800\"", "{\"\\ud800\":1}",
        "\"192.0.2.1\"", "\"192.0.2.1/24\"", "\"::/0\"", "\"fe80::1\"", "\"access\"", "\"underlay\"", "\"ff:ff:ff:ff:ff:ff\"", "\"127.0.0.1:\"", "\":\"", "\"/\"", "\"255.255.255.255/32\"",
    ];

    private static readonly string[] Tokens = ["{", "}", "[", "]", ",", ":", "\"", "\\", "//", "/*", "null", "\0", "\u00e9", "\U0001F600", "1", "-", "\n", "\\ud800"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Mutated_bytes_are_answered(int seed)
    {
        Random random = new(seed);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(Seeds[i % Seeds.Length]);
            for (int k = random.Next(1, 5); k > 0; k--)
            {
                bytes = MutateBytes(bytes, random);
            }

            Answer(bytes);
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void Mutated_structure_is_answered(int seed)
    {
        Random random = new(seed);
        int accepted = 0, refused = 0;
        for (int i = 0; i < Rounds; i++)
        {
            JsonObject root = Samples.Node(Seeds[i % Seeds.Length]);
            for (int k = random.Next(1, 4); k > 0; k--)
            {
                MutateNode(root, random);
            }

            _ = Answer(Encoding.UTF8.GetBytes(root.ToJsonString())) ? accepted++ : refused++;
        }

        // The mutations must reach both answers, or the test would look at one half of the code only.
        Assert.InRange(accepted, 100, Rounds);
        Assert.InRange(refused, 100, Rounds);
    }

    [Theory]
    [InlineData("""{ "name": "\ud800" }""")]
    [InlineData("""{ "\ud800": 1, "name": "x" }""")]
    [InlineData("""{ "\ud800": 1, "\ud800": 1, "name": "x" }""")]
    [InlineData("""{ "name": "x", "segments": [ { "relay": "\ud800", "arp": "\udc00", "peers": [ "\ud800", { "dscp": { "encapsulate": "\ud800" } } ], "records": [ { "\ud800": 1, "\ud800": 2 } ] } ] }""")]
    [InlineData("""{ "name": "x", "ports": [ { "role": "\ud800", "mtu": 1e999, "device": {}, "addresses": [ null, 5, [], {} ] }, null, [], "x" ] }""")]
    [InlineData("""{ "name": "x", "ports": [ { "name": "p", "role": "underlay", "device": "net_a", "addresses": [ "10.0.0.1/0", "10.0.0.1/33", "::/128", "/", "1/", "/1" ] } ] }""")]
    [InlineData("\"\\ud800\"")]
    public void Text_that_is_no_text_is_answered(string json) => Assert.False(Answer(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Deep_nesting_and_long_names_are_answered()
    {
        Assert.False(Answer(Encoding.UTF8.GetBytes(new string('[', 100000))));
        Assert.False(Answer(Encoding.UTF8.GetBytes($"{{ \"{new string('k', 100000)}\": \"{new string('v', 100000)}\" }}")));
        Assert.False(Answer(Encoding.UTF8.GetBytes($"{{ \"{string.Concat(Enumerable.Repeat("\U0001F600", 1000))}a\": \"{string.Concat(Enumerable.Repeat("a\U0001F600", 1000))}\" }}")));
        ConfigurationError error = Samples.RefuseOnce($$"""{ "name": "{{new string('v', 100000)}}" }""");
        Assert.True(error.ToString().Length < 300);
    }

    private static bool Answer(byte[] bytes)
    {
        ConfigurationResult result = ConfigurationLoader.Parse(bytes);
        Assert.Equal(result.Configuration is null, result.Errors.Count > 0);
        foreach (ConfigurationError error in result.Errors)
        {
            Assert.True(error is { Value.Length: > 0, Problem.Length: > 0, Allowed.Length: > 0 }, error.ToString());
            Assert.DoesNotContain(error.ToString(), static c => char.IsControl(c));
        }

        if (result.Configuration is { } accepted)
        {
            Assert.Equal(accepted, Samples.Accept(accepted.ToJson()));
        }

        return result.IsValid;
    }

    private static byte[] MutateBytes(byte[] bytes, Random random)
    {
        int at = random.Next(bytes.Length);
        int length = random.Next(1, Math.Min(40, bytes.Length - at) + 1);
        switch (random.Next(7))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return [.. bytes[..at], .. bytes[(at + length)..], .. "{"u8];
            case 3:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 4:
                return bytes[..(at + 1)];
            case 5:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]), .. bytes[at..]];
            default:
                int other = random.Next(bytes.Length);
                (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                return bytes;
        }
    }

    private static void MutateNode(JsonObject root, Random random)
    {
        List<JsonNode> containers = [];
        Collect(root, containers);
        JsonNode at = containers[random.Next(containers.Count)];
        if (at is JsonObject owner)
        {
            string[] keys = [.. owner.Select(static pair => pair.Key)];
            string key = keys.Length == 0 || random.Next(8) == 0 ? RandomKey(random) : keys[random.Next(keys.Length)];
            if (random.Next(3) == 0)
            {
                owner.Remove(key);
            }
            else
            {
                owner[key] = RandomValue(containers, random);
            }
        }
        else if (at is JsonArray list)
        {
            if (list.Count > 0 && random.Next(2) == 0)
            {
                list.RemoveAt(random.Next(list.Count));
            }
            else
            {
                list.Add(RandomValue(containers, random));
            }
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> containers)
    {
        if (node is JsonObject owner)
        {
            containers.Add(owner);
            foreach ((_, JsonNode? child) in owner)
            {
                Collect(child, containers);
            }
        }
        else if (node is JsonArray list)
        {
            containers.Add(list);
            foreach (JsonNode? child in list)
            {
                Collect(child, containers);
            }
        }
    }

    /// <summary>A fixed value, a number near a limit, or a copy of another part of the file, which makes duplicates.</summary>
    private static JsonNode? RandomValue(List<JsonNode> containers, Random random) => random.Next(4) switch
    {
        0 => containers[random.Next(containers.Count)].DeepClone(),
        1 => random.Next(-1, 9300),
        _ => JsonNode.Parse(Pieces[random.Next(14)]) is var plain && random.Next(2) == 0 ? plain : JsonNode.Parse(Pieces[random.Next(16, Pieces.Length)]),
    };

    private static string RandomKey(Random random) =>
        ((string[])["relay", "mac", "peers", "vlans", "", "\n", "limits", "routes", "queues", "mode", "storm", "vlan", "sticky", "\U0001F600"])[random.Next(14)];
}
