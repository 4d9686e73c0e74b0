using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Cuts a large TCP frame or datagram into frames of its own, plain or NVGRE, over IPv4 or IPv6 inside and outside: the twin of a
/// device's LSO and USO (C-001 to C-016, C-018, C-024; W-14). Outcomes per segment: queued for its port; <c>drop.mbuf.nomem</c>.
/// </summary>
internal static unsafe class Segmentation
{
    /// <summary>Cuts a frame and queues the segments; the frame itself stays the caller's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="port">Port to send on.</param>
    /// <param name="m">The frame, complete, its headers linear; request and lengths in its mbuf were checked.</param>
    /// <param name="frame">Where its headers lie.</param>
    /// <param name="udp">Whether it is a datagram.</param>
    /// <param name="segment">Payload of a segment, bytes.</param>
    /// <param name="note">Its account; it has a record.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, uint port, Mbuf* m, OffloadFrame frame, bool udp, uint segment, TxNote note)
    {
        uint l3Length = m->L3Length, l4Length = m->L4Length, headers = frame.L3 + l3Length + l4Length;
        byte* ip = m->Data + frame.L3;
        uint payload = ChecksumTwin.LengthOf(ip) - l3Length - l4Length;
        var source = new ChainCursor(m, headers);
        for (uint done = 0, index = 0; done < payload; index++)
        {
            uint part = Math.Min(segment, payload - done);
            Interlocked.Increment(ref note.Record->Pending);
            Mbuf* made = FrameParts.Make(w, m, headers, null, 0, ref source, part);
            if (made == null)
            {
                Accounting.LoseCopy(w, note.Record, DropReason.MbufNomem);
            }
            else
            {
                if (frame.IsTunnel)
                {
                    Outer(made->Data + frame.OuterL2, frame.IsOuter4, made->PktLen - frame.OuterL2, index);
                }

                byte* made3 = made->Data + frame.L3;
                Inner(made3, l3Length, l3Length + l4Length + part, index);
                if (!udp)
                {
                    Tcp(made3 + l3Length, done, done == 0, done + part == payload);
                }
                else
                {
                    Wire.StoreBig16(made3 + l3Length + 4, l4Length + part);
                }

                ChecksumTwin.Write(made, frame.L3, l3Length, udp ? IpProtocol.Udp : IpProtocol.Tcp);
                uint tenant = EthernetHeader.Size + l3Length + l4Length + part;
                if (made->PktLen < EthernetHeader.MinFrame)
                {
                    Trimming.Pad(made);
                }

                Transmission.Queue(w, port, made, note.With(tenant));
            }

            done += part;
        }
    }

    // C-002 to C-004. The key is in the copied bytes (C-005), as is the flow label.
    private static void Outer(byte* ip, bool four, uint length, uint index)
    {
        if (!four)
        {
            Wire.StoreBig16(ip + 4, length - Ipv6Header.Size);
            return;
        }

        Wire.StoreBig16(ip + 2, length);
        Wire.StoreBig16(ip + 4, Wire.Big16(ip + 4) + index);
        Unsafe.WriteUnaligned<ushort>(ip + 10, 0);
        InternetChecksum.Finish(InternetChecksum.Header20(ip)).Write(ip + 10);
    }

    // C-006, C-007.
    private static void Inner(byte* ip, uint header, uint length, uint index)
    {
        if (*ip >> 4 == 6)
        {
            Wire.StoreBig16(ip + 4, length - Ipv6Header.Size);
            return;
        }

        Wire.StoreBig16(ip + 2, length);
        Wire.StoreBig16(ip + 4, Wire.Big16(ip + 4) + index);
        Unsafe.WriteUnaligned<ushort>(ip + 10, 0);
        InternetChecksum.Compute(ip, header).Write(ip + 10);
    }

    // C-008 to C-010.
    private static void Tcp(byte* tcp, uint done, bool first, bool last)
    {
        Wire.StoreBig32(tcp + 4, Wire.Big32(tcp + 4) + done);
        if (!last)
        {
            tcp[13] &= unchecked((byte)~(TcpHeader.Fin | TcpHeader.Psh));
        }

        if (!first)
        {
            tcp[13] &= unchecked((byte)~TcpHeader.Cwr);
        }
    }
}
