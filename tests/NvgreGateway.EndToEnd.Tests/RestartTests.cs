using System.Text.Json.Nodes;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>What a supervisor does with what a dead one left behind, and with signals at bad moments. Needs no peers.</summary>
public class RestartTests
{
    private const int HangUp = 1;

    [Fact]
    public void A_new_run_after_all_three_were_killed_takes_its_file_and_says_ready_only_then()
    {
        using Lab lab = new();
        Gateway gateway = NullGateway(lab);
        gateway.Start();
        foreach (string verb in (string[])["run", "control", "dataplane"])
        {
            gateway.Kill(verb);
        }

        Assert.True(Shell.Eventually(() => gateway.ProcessOf("dataplane") is null, 30), "it did not die");
        gateway.Configuration["segments"]![0]!["vsid"] = 7002;
        gateway.Configuration["ports"]![1]!["mtu"] = 1700;
        gateway.WriteConfiguration();
        gateway.Start();

        // The regions still said "forwarding" of the dead process: that is not to be repeated.
        string output = gateway.Supervisor.Output;
        Assert.True(
            output.IndexOf("event=forwarding ", StringComparison.Ordinal) is var told and >= 0
                && told < output.IndexOf($"{gateway.Name}: forwarding on ", StringComparison.Ordinal),
            "it said that it forwards before it did\n" + output);
        Assert.Equal(7002, gateway.Show("segments")[0]!["vsid"]!.GetValue<int>());
        Assert.Equal(1700, gateway.Show("ports")[1]!["mtu"]!.GetValue<int>());
        Assert.DoesNotContain("reload", output, StringComparison.Ordinal);
        gateway.Stop();
    }

    [Fact]
    [Requirement("F-004")]
    public void A_hang_up_while_control_starts_is_kept_for_it()
    {
        using Lab lab = new();
        Gateway gateway = NullGateway(lab);
        gateway.Start();
        gateway.Configuration["segments"]![0]!["vsid"] = 7003;
        gateway.WriteConfiguration();
        int killed = gateway.Kill("control");
        Assert.True(Shell.Eventually(() => gateway.ProcessOf("control") is { } id && id != killed, 30, 5), "no successor");
        int? successor = gateway.ProcessOf("control");
        gateway.Supervisor.Signal(HangUp);
        Assert.True(
            Shell.Eventually(() => Shell.Try($"{Machine.Root}/nvgre-gateway show segments --name {gateway.Name}").Output.Contains("7003", StringComparison.Ordinal), 60),
            "the new file did not come into force\n" + gateway.Supervisor.Output);
        Assert.Equal(successor, gateway.ProcessOf("control"));
        gateway.Stop();
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(250)]
    public void Tables_can_be_read_in_a_terminal_of_any_width(int columns)
    {
        using Lab lab = new(columns.ToString("d"));
        Gateway gateway = NullGateway(lab);
        gateway.Start();
        foreach ((string what, string[] values) in ((string, string[])[])
        [
            ("ports", ["access0", "net_null0,no-rx=1", "net_null1,no-rx=1", "192.0.2.1/24", gateway.Show("ports")[0]!["mac"]!.GetValue<string>()]),
            ("peers", ["blue", "7001", "192.0.2.2", "underlay0"]),
            ("segments", ["blue", "7001", "access0"]),
        ])
        {
            string shown = Shell.Run($"script -qec 'stty cols {columns}; {Machine.Root}/nvgre-gateway show {what} --name {gateway.Name}' /dev/null");
            foreach (string value in values)
            {
                Assert.Contains(value, shown, StringComparison.Ordinal);
            }
        }

        gateway.Stop();
    }

    private static Gateway NullGateway(Lab lab) => new(lab, new JsonObject
    {
        ["ports"] = new JsonArray(
            new JsonObject { ["name"] = "access0", ["role"] = "access", ["device"] = "net_null0,no-rx=1", ["nativeVlan"] = 100 },
            new JsonObject { ["name"] = "underlay0", ["role"] = "underlay", ["device"] = "net_null1,no-rx=1", ["mtu"] = 1600, ["addresses"] = new JsonArray("192.0.2.1/24") }),
        ["segments"] = new JsonArray(new JsonObject
        {
            ["name"] = "blue",
            ["vsid"] = 7001,
            ["attachments"] = new JsonArray(new JsonObject { ["port"] = "access0", ["vlan"] = 100 }),
            ["peers"] = new JsonArray("192.0.2.2"),
        }),
    });
}
