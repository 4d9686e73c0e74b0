using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>A capture made inside a guest, fetched from it when it is read.</summary>
internal sealed class GuestCapture(Lab lab, Guest guest, string name)
{
    private readonly CaptureFile _file = new(System.IO.Path.Combine(lab.Folder, name + ".pcap"));

    /// <summary>Fetches what was captured so far.</summary>
    public void Refresh() => guest.Get($"/tmp/{name}.pcap", _file.Path);

    public long Count(string filter) => _file.Count(filter);

    public void AssertWellFormed(string filter) => _file.AssertWellFormed(filter);

    /// <summary>
    /// Fails the test where a guest's kernel could not go by the headers of a frame that is larger than its MTU: the length of the whole,
    /// the IPv4 header's sum, and a TCP checksum that is begun, over the pseudo header with the length of the whole (Linux' GSO counts it
    /// back by that).
    /// </summary>
    /// <param name="filter">Display filter of TCP frames with one VLAN tag.</param>
    /// <param name="six">Whether they are IPv6.</param>
    public void AssertLargeFrames(string filter, bool six)
    {
        string ip = six ? "ipv6" : "ip";
        IReadOnlyList<string> frames = _file.Lines($"{filter} && {ip} && frame.len > 1518", "frame.len", six ? "ipv6.plen" : "ip.len", $"{ip}.src", $"{ip}.dst", "tcp.checksum");
        Assert.NotEmpty(frames);
        foreach (string[] f in frames.Select(static l => l.Split('\t')))
        {
            uint length = uint.Parse(f[0], CultureInfo.InvariantCulture) - 18, transport = length - (six ? 40u : 20);
            Assert.Equal(six ? transport : length, uint.Parse(f[1], CultureInfo.InvariantCulture));
            byte[] addresses = [.. IPAddress.Parse(f[2]).GetAddressBytes(), .. IPAddress.Parse(f[3]).GetAddressBytes()];
            uint sum = 6 + transport;
            for (int i = 0; i < addresses.Length; i += 2)
            {
                sum += BinaryPrimitives.ReadUInt16BigEndian(addresses.AsSpan(i));
            }

            sum = (sum & 0xFFFF) + (sum >> 16);
            Assert.Equal((sum & 0xFFFF) + (sum >> 16), Convert.ToUInt32(f[4], 16));
        }

        Assert.Equal(0, _file.Count("ip.checksum.status == 0"));
    }

    /// <summary>As <see cref="Accounting.MustEqual"/>.</summary>
    public void MustEqual(Gateway gateway, string port, string gatewayFilter) =>
        Accounting.MustEqual(gateway, port, _file, gatewayFilter, refresh: Refresh);
}
