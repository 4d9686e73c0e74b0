using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>tests/conformance/live.py against this gateway in real time, and against devices that are wrong.</summary>
public class LiveConformanceTests
{
    private static readonly string s_suite = Path.Combine(Machine.Root, "tests", "conformance");

    private static readonly string[] s_cases =
    [
        "w01-w03-conversation", "w07-four-in-six", "w09-arp-is-padded", "w11-outer-padding", "w12-fragmentation-needed", "w15-inner-fragments", "w19-inner-tag-88a8",
        "any-ethertype", "dscp-copy", "ecn-decapsulation", "router-is-resolved", "outer-ip-options", "qinq-pair", "many-attachments", "one-fault-each",
    ];

    [Fact]
    public void The_gateway_passes_on_live_interfaces()
    {
        using Lab lab = new();
        JsonNode result = Run(lab, Path.Combine(s_suite, "devices", "nvgre-gateway.json"), 0, s_cases);
        Assert.Equal(s_cases.Order(StringComparer.Ordinal), Cases(result, "pass"));
        Assert.Equal("pass", (string)result["rows"]!["A-001"]!);
    }

    [Fact]
    public void A_gateway_with_another_vsid_fails()
    {
        using Lab lab = new();
        JsonNode description = JsonNode.Parse(File.ReadAllText(Path.Combine(s_suite, "devices", "nvgre-gateway.json")))!;
        description["options"]!["vsidOffset"] = 1;
        string[] cases = ["w01-vlan-to-nvgre", "w03-nvgre-to-vlan", "vsid-unknown"];
        JsonNode result = Run(lab, Write(lab, description), 1, cases);
        Assert.Equal(cases.Order(StringComparer.Ordinal), Cases(result, "FAIL"));
        Assert.Equal("FAIL", (string)result["rows"]!["A-001"]!);
        Assert.Contains("<failure message=\"1 missing, 1 unexpected\">", File.ReadAllText(Path.Combine(lab.Folder, "junit.xml")), StringComparison.Ordinal);
    }

    /// <summary>Two interfaces given by name; a wire from one to the other forwards everything as it is, which is wrong.</summary>
    [Fact]
    public void A_wire_fails()
    {
        using Lab lab = new();
        string access = lab.Name("la"), underlay = lab.Name("lu");
        Shell.Run($"""
            ip link add {access} type veth peer name {underlay}
            for i in {access} {underlay}; do
              [ ! -e /proc/sys/net/ipv6/conf/$i/disable_ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/$i/disable_ipv6
              ip link set $i up
            done
            """);
        lab.AddUndo($"ip link del {access}");
        string device = Write(lab, new JsonObject
        {
            ["name"] = "a wire",
            ["adapter"] = "command",
            ["lacks"] = new JsonArray(new JsonObject { ["cases"] = new JsonArray("w1*"), ["because"] = "a wire has no bytes to spare" }),
        });
        JsonNode result = Run(lab, device, 1, ["w01-vlan-to-nvgre", "w11-outer-padding", "segment-down", "many-attachments"], $"--access {access} --underlay {underlay}");
        Assert.Equal(["segment-down", "w01-vlan-to-nvgre"], Cases(result, "FAIL"));
        Assert.Equal(["many-attachments", "w11-outer-padding"], Cases(result, "n/a"));
    }

    private static string Write(Lab lab, JsonNode description)
    {
        string path = Path.Combine(lab.Folder, "device.json");
        File.WriteAllText(path, description.ToJsonString());
        return path;
    }

    private static IEnumerable<string> Cases(JsonNode result, string verdict) =>
        result["cases"]!.AsArray().Where(c => (string)c!["verdict"]! == verdict).Select(c => (string)c!["name"]!).Order(StringComparer.Ordinal);

    private static JsonNode Run(Lab lab, string device, int exitCode, string[] cases, string options = "")
    {
        string json = Path.Combine(lab.Folder, "result.json");
        CommandResult done = Shell.Try($"/usr/bin/python3 {s_suite}/live.py --device {device} {options} --json {json} --junit {lab.Folder}/junit.xml "
            + string.Join(' ', cases.Select(c => "--case " + c)), 300);
        File.WriteAllText(lab.LogFile("live"), done.Output);
        Assert.True(done.ExitCode == exitCode, done.Output);
        return JsonNode.Parse(File.ReadAllText(json))!;
    }
}
