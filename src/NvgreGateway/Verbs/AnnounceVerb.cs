using NvgreGateway.Control.Api;

namespace NvgreGateway.Verbs;

internal static class AnnounceVerb
{
    internal static int Run(AnnounceOptions options)
    {
        string? name = Running.Find(options.Name, out string error);
        if (name is null)
        {
            Console.Error.WriteLine(error);
            return ExitCode.Failed;
        }

        using var client = new ControlClient(name);
        AnnounceResult result = client.AnnounceAsync(new AnnounceRequest { Segment = options.Segment }).GetAwaiter().GetResult();
        Console.Out.WriteLine($"announced: addresses {result.Addresses}, MACs behind peers {result.Macs}");
        return ExitCode.Done;
    }
}
