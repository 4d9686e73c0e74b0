using NvgreGateway.Control.Api;

namespace NvgreGateway.Verbs;

internal static class FlushVerb
{
    internal static int Run(FlushOptions options)
    {
        string? name = Running.Find(options.Name, out string error);
        if (name is null)
        {
            Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        FlushResult result = client.FlushAsync(new FlushRequest
        {
            Segment = options.Segment,
            Port = options.Port,
            Vlan = options.Vlan,
            Peer = options.Peer,
            Mac = options.Mac,
        }).GetAwaiter().GetResult();
        Console.Out.WriteLine($"{result.Flushed} MACs forgotten");
        return ExitCode.Done;
    }
}
