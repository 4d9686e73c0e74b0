using System.Buffers.Binary;

namespace NvgreGateway.Tests.Flow;

/// <summary>Frames for rules, made by hand from the RFCs.</summary>
internal static class FlowFrames
{
    internal static readonly byte[] GatewayMac = [0x02, 0, 0, 0, 0x02, 0x01];
    internal static readonly byte[] RouterMac = [0x02, 0, 0, 0, 0x02, 0xFE];
    internal static readonly byte[] Vm = [0x02, 0, 0, 0, 0x0A, 0x01];
    internal static readonly byte[] Far = [0x02, 0, 0, 0, 0x0B, 0x01];

    internal static byte[] Ethernet(byte[] to, byte[] from, int type, byte[] payload, int vlan = -1) =>
        vlan < 0 ? [.. to, .. from, (byte)(type >> 8), (byte)type, .. payload]
            : [.. to, .. from, 0x81, 0x00, (byte)(vlan >> 8), (byte)vlan, (byte)(type >> 8), (byte)type, .. payload];

    /// <summary>An IPv4 packet with a right header sum.</summary>
    internal static byte[] IPv4(string from, string to, byte protocol, byte[] payload, byte tos = 0, int fragment = 0x4000, byte ttl = 64)
    {
        byte[] packet = [0x45, tos, 0, 0, 0, 0, (byte)(fragment >> 8), (byte)fragment, ttl, protocol, 0, 0, .. Address(from), .. Address(to), .. payload];
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(10), Sum(packet.AsSpan(0, 20)));
        return packet;
    }

    internal static byte[] IPv6(string from, string to, byte protocol, byte[] payload, byte hops = 64) =>
        [0x60, 0, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, protocol, hops, .. Address(from), .. Address(to), .. payload];

    internal static byte[] Gre(uint vsid, byte flow, byte[] frame, int flags = 0x2000) =>
        [(byte)(flags >> 8), (byte)flags, 0x65, 0x58, (byte)(vsid >> 16), (byte)(vsid >> 8), (byte)vsid, flow, .. frame];

    internal static byte[] Udp(int from, int to, int length = 26)
    {
        byte[] datagram = new byte[8 + length];
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(2), (ushort)to);
        BinaryPrimitives.WriteUInt16BigEndian(datagram.AsSpan(4), (ushort)datagram.Length);
        return datagram;
    }

    internal static byte[] Tcp(int from, int to, byte flags, int length = 26)
    {
        byte[] segment = new byte[20 + length];
        BinaryPrimitives.WriteUInt16BigEndian(segment, (ushort)from);
        BinaryPrimitives.WriteUInt16BigEndian(segment.AsSpan(2), (ushort)to);
        (segment[12], segment[13]) = (0x50, flags);
        return segment;
    }

    /// <summary>A tenant's frame.</summary>
    internal static byte[] Tenant(byte[] to, byte[] from, byte[] l4, byte protocol = 17, int vlan = -1, byte tos = 0, string source = "10.0.0.1", string target = "10.0.0.2", int fragment = 0) =>
        Ethernet(to, from, 0x0800, IPv4(source, target, protocol, l4, tos, fragment), vlan);

    /// <summary>That frame in NVGRE from 192.0.2.2 to 192.0.2.1.</summary>
    internal static byte[] Tunnel(uint vsid, byte[] tenant, byte flow = 0, byte tos = 0, int flags = 0x2000, int fragment = 0x4000) =>
        Ethernet(GatewayMac, RouterMac, 0x0800, IPv4("192.0.2.2", "192.0.2.1", 47, Gre(vsid, flow, tenant, flags), tos, fragment));

    internal static ushort Sum(ReadOnlySpan<byte> header)
    {
        uint sum = 0;
        for (int i = 0; i < header.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~((sum & 0xFFFF) + (sum >> 16));
    }

    private static byte[] Address(string text) => System.Net.IPAddress.Parse(text).GetAddressBytes();
}
