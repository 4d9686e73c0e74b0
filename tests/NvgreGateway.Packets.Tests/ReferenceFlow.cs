namespace NvgreGateway.Packets.Tests;

/// <summary>
/// WIRE-FORMAT 1.5 once more, word for word and one bit at a time, over an untagged frame: what the fast code is
/// compared with. It shares nothing with it.
/// </summary>
internal static class ReferenceFlow
{
    public readonly record struct Result(uint Crc, uint Family, uint TrafficClass);

    public static Result Of(byte[] frame)
    {
        int type = (frame[12] << 8) | frame[13];
        byte[] ip = frame[14..];
        if (type == 0x0800 && ip.Length >= 20 && ip[0] >> 4 == 4 && (ip[0] & 15) >= 5 && ip.Length >= (ip[0] & 15) * 4)
        {
            return new Result(Crc32C(Key4(ip)), 4, ip[1]);
        }

        if (type == 0x86DD && ip.Length >= 40 && ip[0] >> 4 == 6)
        {
            return new Result(Crc32C(Key6(ip)), 6, (uint)(((ip[0] & 15) << 4) | (ip[1] >> 4)));
        }

        return new Result(Crc32C(frame[..14]), 0, 0);
    }

    public static uint Crc32C(byte[] bytes)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78 : crc >> 1;
            }
        }

        return crc ^ 0xFFFFFFFF;
    }

    private static byte[] Key4(byte[] ip)
    {
        int total = (ip[2] << 8) | ip[3];
        bool fragment = (ip[6] & 0x20) != 0 || (((ip[6] & 0x1F) << 8) | ip[7]) > 0;
        List<byte> key = [.. ip[12..20], ip[9]];
        AddPorts(key, ip, (ip[0] & 15) * 4, total, ip[9], fragment);
        return [.. key];
    }

    private static byte[] Key6(byte[] ip)
    {
        int end = 40 + ((ip[4] << 8) | ip[5]);
        bool fragment = false;
        int at = 40;
        byte next = ip[6];
        bool InPacket(int count) => at + count <= end && at + count <= ip.Length;
        while (next is 0 or 43 or 60 or 44 or 135 && InPacket(8))
        {
            byte current = next;
            next = ip[at];
            if (current == 44)
            {
                fragment = true;
                int offset = ((ip[at + 2] << 8) | ip[at + 3]) >> 3;
                at += 8;
                if (offset > 0)
                {
                    break;
                }
            }
            else
            {
                at += 8 + (ip[at + 1] * 8);
            }
        }

        List<byte> key = [.. ip[8..40], next];
        AddPorts(key, ip, at, end, next, fragment);
        return [.. key];
    }

    private static void AddPorts(List<byte> key, byte[] ip, int at, int end, byte protocol, bool fragment)
    {
        bool has = protocol is 6 or 17 or 132 or 33 or 136 && !fragment;
        for (int port = 0; port < 2; port++, at += 2)
        {
            bool inside = has && at + 2 <= end && at + 2 <= ip.Length;
            key.Add(inside ? ip[at] : (byte)0);
            key.Add(inside ? ip[at + 1] : (byte)0);
        }
    }
}
