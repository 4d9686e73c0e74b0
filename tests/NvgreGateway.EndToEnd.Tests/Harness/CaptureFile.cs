namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A capture file, as tshark reads it.</summary>
internal class CaptureFile(string path)
{
    // Checksums are off by default in tshark; a wrong one has status 0.
    private const string Checks = "-o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -o udp.check_checksum:TRUE";
    // Linux writes a TCP checksum of 0 as 0xFFFF (CSUM_MANGLED_0), the same number, which tshark takes for a wrong one.
    private const string Bad = "_ws.malformed || ip.checksum.status == 0 || (tcp.checksum.status == 0 && !(tcp.checksum == 0xffff)) || udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0";

    public string Path { get; } = path;

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
    public void AssertWellFormed(string filter = "frame")
    {
        Assert.True(Count(filter) > 0, "nothing was captured in " + Path);
        IReadOnlyList<string> bad = Lines($"({filter}) && ({Bad})", "frame.number", "_ws.col.Protocol", "_ws.col.Info");
        Assert.True(bad.Count == 0, $"tshark finds fault with {bad.Count} frames of {Path}:\n{string.Join('\n', bad.Take(10))}");
    }
}
