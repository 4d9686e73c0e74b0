using System.Globalization;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A running tcpdump on one interface.</summary>
internal sealed class Capture : CaptureFile, IDisposable
{
    private readonly BackgroundProcess _tcpdump;

    /// <param name="lab">The lab that ends it.</param>
    /// <param name="name">Name of the file.</param>
    /// <param name="networkNamespace">Namespace of the interface.</param>
    /// <param name="networkInterface">The interface, a peer's or host's end: what the gateway sent and got is all there.</param>
    /// <param name="packets">End after so many packets; 0 is no limit.</param>
    public Capture(Lab lab, string name, string networkNamespace, string networkInterface, int packets = 0)
        : base(System.IO.Path.Combine(lab.Folder, name + ".pcap"))
    {
        List<string> arguments = ["ip", "netns", "exec", networkNamespace, "tcpdump", "-i", networkInterface, "-w", Path,
            "-U", "--immediate-mode", "-Z", "root", "-s", "0", "-B", "32768"];
        if (packets > 0)
        {
            arguments.AddRange(["-c", packets.ToString(CultureInfo.InvariantCulture)]);
        }

        _tcpdump = lab.Add(new BackgroundProcess(lab.LogFile("tcpdump-" + name), [.. arguments]));
        _tcpdump.WaitFor("listening on", 30);
    }

    /// <summary>Ends the capture.</summary>
    public void Stop()
    {
        if (!_tcpdump.HasExited)
        {
            _tcpdump.Signal(2);
        }

        _tcpdump.WaitForExit(30);
    }

    public void Dispose() => _tcpdump.Dispose();
}
