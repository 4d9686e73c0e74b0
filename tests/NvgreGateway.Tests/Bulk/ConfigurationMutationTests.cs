using System.Text.Json.Nodes;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Replay;
using NvgreGateway.Tests.Conformance;

namespace NvgreGateway.Tests.Bulk;

/// <summary>
/// Whatever stands in a configuration: it is refused with a path for each error, or it runs. The configurations of all
/// conformance cases, with values exchanged, removed, doubled and bent.
/// </summary>
public sealed class ConfigurationMutationTests
{
    private static readonly Lazy<string[]> s_corpus = new(() => [.. Directory.GetFiles(Path.Combine(Tree.Conformance, "cases"), "config.json", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(File.ReadAllText).Where(t => t.Length < 4000)]);

    private static readonly Func<Random, JsonNode?>[] s_values =
    [
        r => JsonValue.Create(r.Next(-2, 5000)), r => JsonValue.Create(r.Next(16777300)), r => JsonValue.Create(long.MaxValue), r => JsonValue.Create(0.5), _ => JsonValue.Create(true), _ => null,
        _ => JsonValue.Create(""), _ => JsonValue.Create("drop"), _ => JsonValue.Create("flood"), _ => JsonValue.Create("up"), _ => JsonValue.Create("access0"), _ => JsonValue.Create("underlay0"),
        _ => JsonValue.Create("192.0.2.1"), _ => JsonValue.Create("198.51.100.11"), _ => JsonValue.Create("2001:db8:a::7"), _ => JsonValue.Create("::ffff:192.0.2.7"), _ => JsonValue.Create("0.0.0.0"),
        _ => JsonValue.Create("255.255.255.255"), _ => JsonValue.Create("ff02::1"), _ => JsonValue.Create("fe80::1"), _ => JsonValue.Create("192.0.2.1/32"), _ => JsonValue.Create("10.0.0.0/33"), _ => JsonValue.Create("::/0"),
        _ => JsonValue.Create("02:00:00:00:0b:01"), _ => JsonValue.Create("ff:ff:ff:ff:ff:ff"), _ => JsonValue.Create("1-4094"), _ => JsonValue.Create("200-100"), _ => JsonValue.Create("0x88A8"),
        _ => new JsonArray(), _ => new JsonObject(), _ => new JsonArray(1, "a", null), r => JsonValue.Create(new string('x', r.Next(300))),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void IsRefusedWithAPathOrRuns(int seed)
    {
        Random random = new(seed);
        IReadOnlyList<Frame> up = Pcap.Read(Path.Combine(Tree.Case("w01-w03-conversation"), "in-access0.pcap")), down = Pcap.Read(Path.Combine(Tree.Case("w01-w03-conversation"), "in-underlay0.pcap"));
        int refused = 0, ran = 0;
        for (int i = 0; i < 3000; i++)
        {
            JsonNode root = JsonNode.Parse(s_corpus.Value[random.Next(s_corpus.Value.Length)])!;
            for (int changes = random.Next(3) == 0 ? 2 : 1; changes > 0; changes--)
            {
                Mutate(root, random);
            }

            string text = root.ToJsonString();
            ConfigurationResult read;
            try
            {
                read = ConfigurationLoader.Parse(text);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException("the loader threw on " + text, e);
            }

            if (read.Configuration is null)
            {
                Assert.NotEmpty(read.Errors);
                Assert.All(read.Errors, e => Assert.False(string.IsNullOrWhiteSpace(e.ToString()), text));
                refused++;
                continue;
            }

            Assert.Empty(read.Errors);
            List<(string, IReadOnlyList<Frame>)> inputs = [.. read.Configuration.Ports.Select(p => (p.Name, p.Role == PortRole.Access ? up : down))];
            try
            {
                ReplayResult result = Replayed.Run(read.Configuration, inputs, 32, 1, (_, _, _) => { });
                Replayed.AssertClosed(result);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException("a valid configuration does not run: " + text, e);
            }

            ran++;
        }

        Assert.True(refused > 300 && ran > 100, $"{refused} refused, {ran} ran: the test tests little");
    }

    private static void Mutate(JsonNode root, Random random)
    {
        List<JsonNode> all = [];
        Collect(root, all);
        JsonNode at = all[random.Next(all.Count)];
        if (at is JsonObject o && o.Count > 0)
        {
            string key = o.ElementAt(random.Next(o.Count)).Key;
            switch (random.Next(8))
            {
                case 0:
                    o.Remove(key);
                    break;
                case 1:
                    o[key + "x"] = o[key]?.DeepClone();
                    break;
                case 2:
                    JsonNode other = all[random.Next(all.Count)];
                    if (other is JsonObject from && from.Count > 0)
                    {
                        KeyValuePair<string, JsonNode?> taken = from.ElementAt(random.Next(from.Count));
                        o[taken.Key] = taken.Value?.DeepClone();
                    }

                    break;
                default:
                    o[key] = s_values[random.Next(s_values.Length)](random);
                    break;
            }
        }
        else if (at is JsonArray a && a.Count > 0)
        {
            int index = random.Next(a.Count);
            switch (random.Next(4))
            {
                case 0:
                    a.RemoveAt(index);
                    break;
                case 1:
                    a.Add(a[index]?.DeepClone());
                    break;
                default:
                    a[index] = s_values[random.Next(s_values.Length)](random);
                    break;
            }
        }
    }

    private static void Collect(JsonNode? node, List<JsonNode> all)
    {
        if (node is JsonObject o)
        {
            all.Add(o);
            foreach (KeyValuePair<string, JsonNode?> member in o)
            {
                Collect(member.Value, all);
            }
        }
        else if (node is JsonArray a)
        {
            all.Add(a);
            foreach (JsonNode? member in a)
            {
                Collect(member, all);
            }
        }
    }
}
