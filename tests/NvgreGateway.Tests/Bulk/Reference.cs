using System.Buffers.Binary;

namespace NvgreGateway.Tests.Bulk;

/// <summary>
/// What the gateway must send for an inner frame, by the wire format's sections 1.1 and 1.5; written for these tests, with
/// the worked packets' cast of addresses.
/// </summary>
internal static class Reference
{
    public static readonly byte[] Vm = [0x00, 0x15, 0x5d, 0x00, 0x00, 0x0b];
    public static readonly byte[] Host = [0x02, 0x00, 0x00, 0x00, 0x0a, 0x01];
    private static readonly byte[] s_router = [0x02, 0x00, 0x00, 0x00, 0x02, 0xfe];
    private static readonly byte[] s_gateway = [0x02, 0x00, 0x00, 0x00, 0x02, 0x01];
    private static readonly byte[] s_local = [192, 0, 2, 1];
    private static readonly byte[] s_peer = [198, 51, 100, 10];
    private static readonly uint[] s_crc = Table();

    /// <summary>The inner frame with the tag of VLAN 100, as a host sends it.</summary>
    public static byte[] Tagged(byte[] inner) => [.. inner[..12], 0x81, 0, 0, 100, .. inner[12..]];

    /// <summary>The frame on VLAN 100 for an inner frame from the tunnel.</summary>
    public static byte[] Bridged(byte[] inner) => Padded(Tagged(inner));

    /// <summary>The NVGRE frame from the gateway to the peer.</summary>
    public static byte[] Encapsulated(byte[] inner) =>
        Outer(inner, s_router, s_gateway, s_local, s_peer, (byte)(TrafficClass(inner) & 0xFC), 64, FlowId(inner));

    /// <summary>An NVGRE frame from the peer to the gateway.</summary>
    public static byte[] Tunnelled(byte[] inner, byte flow, byte ttl) => Outer(inner, s_gateway, s_router, s_peer, s_local, 0, ttl, flow);

    /// <summary>The FlowID of an inner frame.</summary>
    public static byte FlowId(ReadOnlySpan<byte> inner)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in Key(inner))
        {
            crc = (crc >> 8) ^ s_crc[(byte)(crc ^ b)];
        }

        return (byte)((~crc * 0x9E3779B1u) >> 24);
    }

    private static byte[] Outer(byte[] inner, byte[] to, byte[] from, byte[] source, byte[] destination, byte tos, byte ttl, byte flow)
    {
        byte[] ip = [0x45, tos, 0, 0, 0, 0, 0x40, 0, ttl, 47, 0, 0, .. source, .. destination];
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(2), (ushort)(28 + inner.Length));
        uint sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(ip.AsSpan(i));
        }

        sum = (sum & 0xFFFF) + (sum >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(ip.AsSpan(10), (ushort)~(sum + (sum >> 16)));
        return Padded([.. to, .. from, 0x08, 0x00, .. ip, 0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x89, flow, .. inner]);
    }

    private static byte[] Padded(byte[] frame) => frame.Length >= 60 ? frame : [.. frame, .. new byte[60 - frame.Length]];

    private static int TrafficClass(ReadOnlySpan<byte> inner) =>
        Key(inner).Length == 14 ? 0 : inner[12] == 0x08 ? inner[15] : ((inner[14] & 15) << 4) | (inner[15] >> 4);

    private static byte[] Key(ReadOnlySpan<byte> inner)
    {
        ReadOnlySpan<byte> ip = inner[14..];
        byte protocol;
        int at, end;
        bool fragment;
        byte[] addresses;
        switch (BinaryPrimitives.ReadUInt16BigEndian(inner[12..]))
        {
            case 0x0800 when ip.Length >= 20 && ip[0] >> 4 == 4 && (ip[0] & 15) >= 5 && ip.Length >= 4 * (ip[0] & 15):
                addresses = ip[12..20].ToArray();
                protocol = ip[9];
                at = 4 * (ip[0] & 15);
                end = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
                fragment = (BinaryPrimitives.ReadUInt16BigEndian(ip[6..]) & 0x3FFF) != 0;
                break;
            case 0x86DD when ip.Length >= 40 && ip[0] >> 4 == 6:
                addresses = ip[8..40].ToArray();
                protocol = ip[6]; // the frames of these tests have no extension headers
                at = 40;
                end = 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
                fragment = false;
                break;
            default:
                return inner[..14].ToArray();
        }

        byte[] ports = new byte[4];
        if (!fragment && protocol is 6 or 17 or 33 or 132 or 136)
        {
            for (int i = 0; i < 4; i += 2)
            {
                if (!fragment && at + i + 2 <= Math.Min(end, ip.Length))
                {
                    ip.Slice(at + i, 2).CopyTo(ports.AsSpan(i));
                }
            }
        }

        return [.. addresses, protocol, .. ports];
    }

    private static uint[] Table()
    {
        uint[] table = new uint[256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }

            table[i] = crc;
        }

        return table;
    }
}
