using NvgreGateway.Control.Api;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Offload;

namespace NvgreGateway.Verbs;

internal static class SetVerb
{
    private const string All = "all";

    internal static int Run(SetOptions options)
    {
        if (Misused(options) is { } misuse)
        {
            Tables.Complain($"set: {misuse}");
            Console.Error.WriteLine("usage: nvgre-gateway set offload PORT NAME STATE [--disruptive] [--name GATEWAY]");
            return ExitCode.Usage;
        }

        string? name = Running.Find(options.Gateway, out string error);
        if (name is null)
        {
            Tables.Complain(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        OffloadResult result = client.SetOffloadAsync(new OffloadSwitch(options.Port!, options.Name!, options.State!, options.Disruptive)).GetAwaiter().GetResult();
        Console.Out.WriteLine(!result.Changed ? "no change" : result.Restarted ? "done, the port was restarted" : "done");
        OffloadStatus? port = client.OffloadsAsync().GetAwaiter().GetResult().FirstOrDefault(p => p.Port == options.Port);
        Tell([.. port?.Offloads.Where(o => options.Name == All || o.Name == options.Name) ?? []], options);
        return ExitCode.Done;
    }

    // What came of it is what the device does now, not what was asked.
    private static void Tell(IReadOnlyList<OffloadNameStatus> now, SetOptions options)
    {
        if (options.Name != All)
        {
            foreach (OffloadNameStatus o in now)
            {
                Tables.Say($"{o.Name} {o.Asked}: the device does {(o.InForce.Count == 0 ? "nothing of it" : string.Join(' ', o.InForce))}{(o.Reason is null ? "" : $"; {o.Reason}")}");
            }

            return;
        }

        string does = string.Join(", ", now.Where(static o => o.InForce.Count > 0).Select(static o => $"{o.Name} ({string.Join(' ', o.InForce)})"));
        Tables.Say($"the device does {(does.Length == 0 ? "nothing" : does)}");
        string[] others = options.State is "on" or "off" ? [.. now.Where(o => o.Asked != options.State).Select(static o => $"{o.Name} {o.Asked}")] : [];
        if (others.Length > 0)
        {
            Tables.Say($"left as they were: {string.Join(", ", others)}: to change what is received takes a restart of the port: --disruptive");
        }
    }

    // What can be told without a gateway.
    private static string? Misused(SetOptions options)
    {
        string[] missing = [.. new[] { (options.What, "WHAT (offload)"), (options.Port, "PORT"), (options.Name, "NAME"), (options.State, "STATE") }
            .Where(static v => string.IsNullOrEmpty(v.Item1)).Select(static v => v.Item2)];
        if (options.What is not (null or "offload"))
        {
            return $"'{options.What}' is not known; it is offload";
        }

        if (missing.Length > 0)
        {
            return $"{string.Join(", ", missing)} missing";
        }

        if (options.Rest.Any())
        {
            return $"'{string.Join(' ', options.Rest)}' is too much";
        }

        OffloadNames name = OffloadConfiguration.Words.FirstOrDefault(w => w.Word == options.Name).Name;
        if (options.Name != All && name == OffloadNames.None)
        {
            return $"'{options.Name}' is no offload; it is {All}, {string.Join(", ", OffloadConfiguration.Words.Select(static w => w.Word))}";
        }

        IReadOnlyList<string> states = [.. options.Name == All ? ["on", "off"] : OffloadConfiguration.StatesOf(name), "no-change"];
        return states.Contains(options.State) ? null : $"'{options.State}' is no state of {options.Name}; it is {string.Join(", ", states)}";
    }
}
