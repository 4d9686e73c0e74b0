using System.Globalization;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A running tcpdump on one interface, and what tshark says of its file.</summary>
internal sealed class Capture : IDisposable
{
    // Checksums are off by default in tshark; a wrong one has status 0.
    private const string Checks = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";
    private const string Bad = "_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0";

    private readonly BackgroundProcess _tcpdump;

    /// <param name="lab">The lab that ends it.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="networkNamespace">Namespace of the interface.</param>
    /// <param name="networkInterface">The interface, a peer's or host's end: what the gateway sent and got is all there.</param>
    /// <param name="packets">End after so many packets; 0 is no limit.</param>
    public Capture(Lab lab, string name, string networkNamespace, string networkInterface, int packets = 0)
    {
        Path = System.IO.Path.Combine(lab.Folder, name + ".pcap");
        List<string> arguments = ["ip", "netns", "exec", networkNamespace, "tcpdump", "-i", networkInterface, "-w", Path,
            "-U", "--immediate-mode", "-Z", "root", "-s", "0", "-B", "32768"];
        if (packets > 0)
        {
            arguments.AddRange(["-c", packets.ToString(CultureInfo.InvariantCulture)]);
        }

        _tcpdump = lab.Add(new BackgroundProcess(lab.LogFile("tcpdump-" + name), [.. arguments]));
        _tcpdump.WaitFor("listening on", 15);
    }

    public string Path { get; }

    /// <summary>How many frames so far match a tshark display filter.</summary>
    public long Count(string filter) => Lines(filter, "frame.number").Count;

    /// <summary>The values of tshark fields (tab between them) for every frame that matches.</summary>
    public IReadOnlyList<string> Lines(string filter, params string[] fields)
    {
        string columns = string.Join(' ', fields.Select(f => "-e " + f));
        // A file that is being written may end inside a packet: tshark says so with exit code 2 and reads the rest.
        CommandResult result = Shell.Try($"tshark -r {Path} {Checks} -Y '{filter}' -T fields {columns} 2>/dev/null", 60);
        Assert.True(result.ExitCode is 0 or 2, $"tshark refused '{filter}': {result.Output}");
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Fails the test where tshark finds a malformed packet or a wrong checksum at any depth.</summary>
    public void AssertWellFormed()
    {
        Assert.True(Count("frame") > 0, "nothing was captured in " + Path);
        IReadOnlyList<string> bad = Lines(Bad, "frame.number", "_ws.col.Protocol", "_ws.col.Info");
        Assert.True(bad.Count == 0, $"tshark finds fault with {bad.Count} frames of {Path}:\n{string.Join('\n', bad.Take(10))}");
    }

    /// <summary>Ends the capture.</summary>
    public void Stop()
    {
        if (!_tcpdump.HasExited)
        {
            _tcpdump.Signal(2);
        }

        _tcpdump.WaitForExit(10);
    }

    public void Dispose() => _tcpdump.Dispose();
}
