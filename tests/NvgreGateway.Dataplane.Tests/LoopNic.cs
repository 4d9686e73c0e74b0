using System.Buffers.Binary;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane.Tests;

/// <summary>
/// A device in loopback that does what its mbufs ask for, by DPDK's words alone (flags and lengths of <c>rte_mbuf</c>), with nothing of
/// ours: sums one 16-bit word after the other, frames cut one after the other. What it then tells of them can be made a lie.
/// </summary>
internal sealed unsafe class LoopNic(GuardedPool pool) : ILoopDevice
{
    private readonly Queue<byte[]> _wire = [];

    /// <summary>What the driver says to a frame, which it may spoil.</summary>
    public Func<nint, bool> Takes { get; set; } = static _ => true;

    /// <summary>What becomes of the frames that it made of one request: its flags, the frames.</summary>
    public Func<MbufFlags, List<byte[]>, IEnumerable<byte[]>> Lie { get; set; } = static (_, frames) => frames;

    /// <summary>Whether anything comes back.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>Sends that are lost at first, as before a link is up.</summary>
    public int LostAtFirst { get; set; }

    /// <summary>What came back from somewhere else, handed out with the next frame.</summary>
    public byte[]? Stray { get; set; }

    /// <summary>Frames that it was given to send.</summary>
    public int Sent { get; private set; }

    public int Pauses { get; private set; }

    public Mbuf* Allocate()
    {
        Mbuf* m = pool.Allocate();
        if (m != null)
        {
            m->DataOff = Mbuf.DefaultHeadroom;
        }

        return m;
    }

    public void Free(Mbuf* frame) => pool.Free(frame);

    public bool Prepare(Mbuf* frame) => Takes((nint)frame);

    public bool Transmit(Mbuf* frame)
    {
        Sent++;
        byte[] bytes = new byte[frame->PktLen];
        int at = 0;
        for (Mbuf* s = frame; s != null; s = s->Next)
        {
            new Span<byte>(s->Data, s->DataLen).CopyTo(bytes.AsSpan(at));
            at += s->DataLen;
        }

        Assert.Equal(bytes.Length, at);
        List<byte[]> made = Make(bytes, frame->OlFlags, frame->TxOffload);
        if (IsOpen && LostAtFirst-- <= 0)
        {
            foreach (byte[] b in Lie(frame->OlFlags, made))
            {
                _wire.Enqueue(b);
            }

            if (Stray is { } stray)
            {
                _wire.Enqueue(stray);
            }
        }

        pool.Free(frame);
        return true;
    }

    public uint Receive(Mbuf** frames, uint count)
    {
        uint n = 0;
        while (n < count && _wire.TryDequeue(out byte[]? bytes))
        {
            frames[n++] = pool.Receive(bytes, 1);
        }

        return n;
    }

    public void Pause() => Pauses++;

    /// <summary>A checksum over bytes, to be written where zero stands.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="more">To be added.</param>
    /// <returns>It.</returns>
    public static ushort Sum(ReadOnlySpan<byte> bytes, uint more = 0)
    {
        ulong sum = more;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += (ulong)bytes[i] << (i % 2 == 0 ? 8 : 0);
        }

        while (sum > 0xFFFF)
        {
            sum = (sum & 0xFFFF) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    private static List<byte[]> Make(byte[] f, MbufFlags flags, ulong lengths)
    {
        if (flags == MbufFlags.None)
        {
            return [f];
        }

        int l2 = (int)(lengths & 0x7F), l3 = (int)(lengths >> 7 & 0x1FF), l4 = (int)(lengths >> 16 & 0xFF), size = (int)(lengths >> 24 & 0xFFFF);
        bool tunnel = (flags & MbufFlags.TxTunnelMask) != 0;
        int outer3 = tunnel ? (int)(lengths >> 40 & 0x1FF) : 0, outer2 = tunnel ? (int)(lengths >> 49 & 0x7F) : 0;
        int ip = outer2 + outer3 + l2, at = ip + l3;
        bool udp = (flags & (MbufFlags.TxUdpSegmentation | MbufFlags.TxL4Mask)) is var u && ((u & MbufFlags.TxUdpSegmentation) != 0 || (u & MbufFlags.TxL4Mask) == MbufFlags.TxUdpChecksum);
        bool cut = (flags & (MbufFlags.TxTcpSegmentation | MbufFlags.TxUdpSegmentation)) != 0, inner4 = (flags & MbufFlags.TxIPv4) != 0;
        int headers = at + (udp ? 8 : l4), payload = f.Length - headers;
        var made = new List<byte[]>();
        for (int done = 0; done == 0 || done < payload; done += cut ? size : payload)
        {
            int part = cut ? Math.Min(size, payload - done) : payload;
            byte[] g = [.. f.AsSpan(0, headers), .. f.AsSpan(headers + done, part)];
            if (cut)
            {
                if (tunnel && (flags & MbufFlags.TxOuterIPv4) != 0)
                {
                    Put(g, outer2 + 2, g.Length - outer2);
                    Put(g, outer2 + 4, Get(f, outer2 + 4) + made.Count);
                }
                else if (tunnel)
                {
                    Put(g, outer2 + 4, g.Length - outer2 - 40);
                }

                Put(g, ip + (inner4 ? 2 : 4), g.Length - ip - (inner4 ? 0 : 40));
                if (inner4)
                {
                    Put(g, ip + 4, Get(f, ip + 4) + made.Count);
                }

                if (udp)
                {
                    Put(g, at + 4, part + 8);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32BigEndian(g.AsSpan(at + 4), BinaryPrimitives.ReadUInt32BigEndian(f.AsSpan(at + 4)) + (uint)done);
                    g[at + 13] &= (byte)(done == 0 ? 0xFF : 0x7F); // CWR on the first alone
                    g[at + 13] &= (byte)(done + part == payload ? 0xFF : 0xF6); // PSH and FIN on the last alone
                }
            }

            if ((flags & MbufFlags.TxOuterIpChecksum) != 0)
            {
                Put(g, outer2 + 10, Sum(g.AsSpan(outer2, 20)));
            }

            if ((flags & MbufFlags.TxIpChecksum) != 0)
            {
                Put(g, ip + 10, Sum(g.AsSpan(ip, l3)));
            }

            // The field holds the sum of the pseudo header: of a frame that is cut without the length, which the device adds.
            ushort sum = Sum(g.AsSpan(at), cut ? (uint)(g.Length - at) : 0);
            Put(g, at + (udp ? 6 : 16), udp && sum == 0 ? 0xFFFF : sum);
            made.Add(g);
        }

        return made;
    }

    private static int Get(byte[] f, int at) => BinaryPrimitives.ReadUInt16BigEndian(f.AsSpan(at));

    private static void Put(byte[] f, int at, int value) => BinaryPrimitives.WriteUInt16BigEndian(f.AsSpan(at), (ushort)value);
}
