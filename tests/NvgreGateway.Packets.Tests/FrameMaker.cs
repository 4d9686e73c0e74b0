namespace NvgreGateway.Packets.Tests;

/// <summary>Makes frames that are mostly right and then damages them: seeded, so that a failure repeats.</summary>
internal sealed class FrameMaker(int seed)
{
    private static readonly byte[] Protocols = [6, 17, 33, 132, 136, 1, 58, 47, 51, 50, 59, 2, 0, 43, 44, 60, 135];
    private static readonly byte[] Extensions = [0, 43, 44, 60, 135, 51, 59, 139];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        int kind = _random.Next(10);
        byte[] frame = kind switch
        {
            < 4 => Ipv4(),
            < 8 => Ipv6(),
            _ => Other(),
        };
        if (_random.Next(3) == 0)
        {
            for (int i = _random.Next(1, 4); i > 0; i--)
            {
                frame[_random.Next(12, Math.Min(frame.Length, 80))] = (byte)_random.Next(256);
            }
        }

        return _random.Next(3) == 0 ? frame[.._random.Next(14, frame.Length + 1)] : frame;
    }

    private byte[] Ipv4()
    {
        int ihl = _random.Next(3) == 0 ? _random.Next(4, 16) : 5;
        byte[] frame = Random(14 + (ihl * 4) + _random.Next(0, 24));
        int length = frame.Length - 14;
        (frame[12], frame[13]) = (0x08, 0x00);
        frame[14] = (byte)(0x40 | ihl);
        SetLength(frame, 16, length);
        int fragment = _random.Next(6) switch { 0 => 0x2000, 1 => _random.Next(1, 0x2000), 2 => 0x4000, _ => 0 };
        (frame[20], frame[21]) = ((byte)(fragment >> 8), (byte)fragment);
        frame[23] = Protocols[_random.Next(Protocols.Length)];
        return frame;
    }

    private byte[] Ipv6()
    {
        List<byte> frame = [.. Random(12), 0x86, 0xDD, .. Random(40)];
        frame[14] = (byte)(0x60 | (frame[14] & 0xF));
        int nextAt = 20;
        for (int i = _random.Next(3) == 0 ? 0 : _random.Next(0, 4); i > 0; i--)
        {
            byte type = Extensions[_random.Next(Extensions.Length)];
            frame[nextAt] = type;
            nextAt = frame.Count;
            int units = type == 44 ? 1 : _random.Next(1, 3);
            byte[] header = Random(units * 8);
            header[1] = (byte)(units - 1);
            if (type == 44)
            {
                header[2] = 0;
                header[3] = (byte)(_random.Next(3) switch { 0 => 0, 1 => 1, _ => _random.Next(8, 256) });
            }

            frame.AddRange(header);
        }

        frame[nextAt] = Protocols[_random.Next(Protocols.Length)];
        frame.AddRange(Random(_random.Next(0, 24)));
        byte[] result = [.. frame];
        SetLength(result, 18, result.Length - 54);
        return result;
    }

    private byte[] Other()
    {
        byte[] frame = Random(_random.Next(14, 100));
        int type = _random.Next(6) switch { 0 => 0x0806, 1 => 0x8847, 2 => 0x0003, 3 => 0x0800, 4 => 0x86DD, _ => _random.Next(65536) };
        (frame[12], frame[13]) = ((byte)(type >> 8), (byte)type);
        return frame;
    }

    // Mostly right, often a few bytes off in either direction, where ports are cut.
    private void SetLength(byte[] frame, int at, int length)
    {
        int value = Math.Max(0, _random.Next(3) == 0 ? length + _random.Next(-24, 8) : length);
        (frame[at], frame[at + 1]) = ((byte)(value >> 8), (byte)value);
    }

    private byte[] Random(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
