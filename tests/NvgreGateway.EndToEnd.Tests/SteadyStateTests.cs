using System.Buffers.Binary;
using NvgreGateway.Tests;

namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The process that polls allocates nothing and never collects while packets flow.</summary>
public class SteadyStateTests
{
    private const long Packets = 100_000_000;

    [Fact]
    public void A_hundred_million_packets_allocate_nothing_and_collect_nothing()
    {
        using Lab lab = new();
        string pcap = Path.Combine(lab.Folder, "in.pcap");
        WriteFrames(pcap, flows: 64);
        Gateway gateway = new(lab, Configurations.Parse($$"""
            {
              "ports": [
                { "name": "access0", "role": "access", "device": "net_pcap0,rx_pcap={{pcap}},infinite_rx=1", "mac": "{{Configurations.AccessMac}}" },
                { "name": "underlay0", "role": "underlay", "device": "net_null0,no-rx=1", "mtu": 1600, "mac": "{{Configurations.UnderlayMac}}",
                  "addresses": ["10.0.0.1/24"], "neighbors": [ { "address": "10.0.0.2", "mac": "02:aa:00:00:00:02" } ] }
              ],
              "segments": [
                { "name": "blue", "vsid": 5001, "attachments": [ { "port": "access0", "vlan": 100 } ], "peers": [ "10.0.0.2" ],
                  "records": [ { "mac": "02:00:00:00:02:02", "ca": "192.168.100.2", "pa": "10.0.0.2" } ] }
              ],
              "workers": { "cores": [{{Gateway.WorkerCore}}], "idle": "poll" }
            }
            """));
        gateway.Start();

        // The learning of 64 sources and the warm-up are over once the first million is through.
        Assert.True(Shell.Eventually(() => gateway.Metrics().Count(MetricNames.PortTx, ("port", "underlay0")) > 1_000_000, 60, 500), "no packets flow");
        MetricsSnapshot before = gateway.Metrics(), after = before;
        long start = before.Count(MetricNames.PortTx, ("port", "underlay0"));
        Assert.True(Shell.Eventually(() => (after = gateway.Metrics()).Count(MetricNames.PortTx, ("port", "underlay0")) - start >= Packets, 240, 1000),
            $"only {after.Count(MetricNames.PortTx, ("port", "underlay0")) - start} packets in 240 s");

        File.AppendAllText(lab.LogFile("figures"), $"{before.NonZero(MetricNames.AllocatedBytes)}\n{after.NonZero(MetricNames.AllocatedBytes)}\n");
        (string, string) data = ("process", "dataplane");
        Assert.Equal(before.Sum(MetricNames.AllocatedBytes, data), after.Sum(MetricNames.AllocatedBytes, data));
        Assert.Equal(before.Sum(MetricNames.Collections, data), after.Sum(MetricNames.Collections, data));
        Assert.True(after.Sum(MetricNames.AllocatedBytes, data) > 0, "a process that has allocated nothing at all is not read from inside");
        gateway.Stop();
    }

    /// <summary>VLAN 100, 60 bytes, known destination, one source MAC and one UDP flow each.</summary>
    private static void WriteFrames(string path, int flows)
    {
        using FileStream file = File.Create(path);
        Span<byte> header = stackalloc byte[24];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0xa1b2c3d4);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], 2);
        BinaryPrimitives.WriteUInt16LittleEndian(header[6..], 4);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], 65535);
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], 1);
        file.Write(header);
        Span<byte> record = stackalloc byte[16 + 60];
        for (int i = 0; i < flows; i++)
        {
            record.Clear();
            BinaryPrimitives.WriteUInt32LittleEndian(record[8..], 60);
            BinaryPrimitives.WriteUInt32LittleEndian(record[12..], 60);
            Span<byte> f = record[16..];
            Convert.FromHexString("020000000202" + $"0200000000{i:x2}" + "81000064" + "0800").CopyTo(f);
            // IPv4 192.168.100.1 to .2, UDP 20000+i to 9; the gateway bridges and looks at no inner checksum
            Convert.FromHexString("4500002a" + "00000000" + "40110000" + "c0a86401" + "c0a86402").CopyTo(f[18..]);
            BinaryPrimitives.WriteUInt16BigEndian(f[38..], (ushort)(20000 + i));
            BinaryPrimitives.WriteUInt16BigEndian(f[40..], 9);
            BinaryPrimitives.WriteUInt16BigEndian(f[42..], 22);
            file.Write(record);
        }
    }
}
