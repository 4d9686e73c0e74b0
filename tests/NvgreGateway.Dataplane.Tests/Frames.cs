using System.Buffers.Binary;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>Frames made by hand from the layouts of the specification; shares no code with the gateway.</summary>
internal static class Frames
{
    public const string Host = "02:00:00:00:0a:01";
    public const string Vm = "00:15:5d:00:00:0b";
    public const string GatewayUnderlay = "02:00:00:00:02:01";
    public const string Router = "02:00:00:00:02:fe";
    public const string Broadcast = "ff:ff:ff:ff:ff:ff";

    public static byte[] Gateway4 => [192, 0, 2, 1];

    public static byte[] Remote4 => [198, 51, 100, 10];

    public static byte[] Gateway6 => [0x20, 1, 0xD, 0xB8, 0, 0xA, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    public static byte[] Remote6 => [0x20, 1, 0xD, 0xB8, 0, 0xB, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10];

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(p => p)];

    public static byte[] Mac(string text) => [.. text.Split(':', '-').Select(p => Convert.ToByte(p, 16))];

    public static byte[] Big16(int value) => [(byte)(value >> 8), (byte)value];

    public static byte[] Big32(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    public static byte[] Tag(int tci, int tpid = 0x8100) => Join(Big16(tpid), Big16(tci));

    public static byte[] Ethernet(string destination, string source, int type, byte[] payload, params byte[][] tags) =>
        Join(Mac(destination), Mac(source), Join(tags), Big16(type), payload);

    /// <summary>A plain tenant frame from the host to the VM, on VLAN 100 unless other tags are given.</summary>
    public static byte[] FromHost(byte[]? payload = null, string destination = Vm, string source = Host, int type = 0x0800, params byte[][] tags) =>
        Ethernet(destination, source, type, payload ?? Udp4(), tags.Length == 0 ? [Tag(100)] : tags);

    /// <summary>A plain untagged tenant frame from the VM to the host.</summary>
    public static byte[] FromVm(byte[]? payload = null, string destination = Host, string source = Vm, int type = 0x0800) =>
        Ethernet(destination, source, type, payload ?? Udp4());

    public static byte[] Udp4(int tos = 0, int payload = 40, int sourcePort = 1234, byte[]? source = null, byte[]? destination = null, bool df = true) =>
        Ip4(source ?? [10, 1, 1, 200], destination ?? [10, 1, 1, 11], 17, Udp(sourcePort, 5678, payload), tos, df ? 0x4000 : 0);

    public static byte[] Udp(int source, int destination, int payload) =>
        Join(Big16(source), Big16(destination), Big16(8 + payload), Big16(0), new byte[payload]);

    public static byte[] Ip4(byte[] source, byte[] destination, int protocol, byte[] payload, int tos = 0, int flags = 0x4000, int ttl = 64, byte[]? options = null)
    {
        options ??= [];
        byte[] ip = Join(
            [(byte)(0x45 + (options.Length / 4)), (byte)tos], Big16(20 + options.Length + payload.Length), [0, 0], Big16(flags), [(byte)ttl, (byte)protocol, 0, 0],
            source, destination, options, payload);
        Sum(ip, 20 + options.Length);
        return ip;
    }

    public static byte[] Ip6(byte[] source, byte[] destination, int next, byte[] payload, int trafficClass = 0, int hops = 64, int? length = null) => Join(
        Big32(0x6000_0000u | ((uint)trafficClass << 20)), Big16(length ?? payload.Length), [(byte)next, (byte)hops], source, destination, payload);

    /// <summary>Sets the checksum of an IPv4 header at the start of the bytes.</summary>
    public static void Sum(Span<byte> ip, int header = 20)
    {
        ip[10] = ip[11] = 0;
        uint sum = 0;
        for (int i = 0; i < header; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip[i..]);
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], (ushort)~sum);
    }

    public static byte[] Gre(byte[] inner, uint vsid = Rig.Vsid, uint flow = 0, uint word = 0x2000_6558) => Join(Big32(word), Big32((vsid << 8) | flow), inner);

    public static byte[] Pad(byte[] frame) => frame.Length >= 60 ? frame : Join(frame, new byte[60 - frame.Length]);

    /// <summary>An underlay frame to the gateway with an IP packet in it.</summary>
    public static byte[] Outer(byte[] ip, string destination = GatewayUnderlay, params byte[][] tags) =>
        Pad(Ethernet(destination, Router, ip[0] >> 4 == 6 ? 0x86DD : 0x0800, ip, tags));

    public static byte[] Nvgre4(byte[] inner, byte[]? source = null, uint vsid = Rig.Vsid, int tos = 0, int ttl = 62, uint word = 0x2000_6558, int flags = 0x4000, byte[]? options = null) =>
        Outer(Ip4(source ?? Remote4, Gateway4, 47, Gre(inner, vsid, word: word), tos, flags, ttl, options));

    public static byte[] Nvgre6(byte[] inner, byte[]? source = null, uint vsid = Rig.Vsid, int trafficClass = 0) =>
        Outer(Ip6(source ?? Remote6, Gateway6, 47, Gre(inner, vsid), trafficClass));

    public static byte[] With(byte[] frame, int at, params byte[] bytes)
    {
        byte[] copy = [.. frame];
        bytes.CopyTo(copy, at);
        return copy;
    }

    /// <summary>Changes bytes of an IPv4 header at offset 14 and sets its checksum anew.</summary>
    public static byte[] With4(byte[] frame, int at, params byte[] bytes)
    {
        byte[] copy = With(frame, at, bytes);
        Sum(copy.AsSpan(14), (copy[14] & 15) * 4);
        return copy;
    }
}
