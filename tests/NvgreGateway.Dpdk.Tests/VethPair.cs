using System.Diagnostics;

namespace NvgreGateway.Dpdk.Tests;

/// <summary>Two virtual interfaces of the kernel, joined and up, gone afterwards.</summary>
internal sealed class VethPair : IDisposable
{
    private static int number;
    private readonly string stem = $"dp{Environment.ProcessId}x{Interlocked.Increment(ref number)}";

    public VethPair()
    {
        Ip("link", "add", Here, "type", "veth", "peer", "name", There);
        Ip("link", "set", Here, "up");
        Ip("link", "set", There, "up");
    }

    public string Here => stem + "a";

    public string There => stem + "b";

    public void Dispose()
    {
        if (KernelInterface.Exists(Here))
        {
            Ip("link", "del", Here);
        }
    }

    internal static void Ip(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"ip {string.Join(' ', arguments)}: {errors}");
    }
}
