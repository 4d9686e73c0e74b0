using NvgreGateway.Control.Api;
using NvgreGateway.Control.Offload;

namespace NvgreGateway.Verbs;

internal static class SetVerb
{
    internal static int Run(SetOptions options)
    {
        if (options.What != "offload")
        {
            Console.Error.WriteLine($"set: '{options.What}' is not known; it is offload");
            return ExitCode.Usage;
        }

        string? name = Running.Find(options.Gateway, out string error);
        if (name is null)
        {
            Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        OffloadResult result = client.SetOffloadAsync(new OffloadSwitch(options.Port, options.Name, options.State, options.Disruptive)).GetAwaiter().GetResult();
        Console.Out.WriteLine(!result.Changed ? "no change" : result.Restarted ? "in force, the port was restarted" : "in force");
        return ExitCode.Done;
    }
}
