using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Segments that do not copy their payload, for ports that take packets of several buffers: each is a small buffer with its headers, and
/// behind it one that shows the bytes of the large frame for every buffer of the frame that they lie in. The frame's buffers return to
/// their pool with the last segment that shows them. Outcomes per segment: queued for its port; left to be copied.
/// </summary>
/// <remarks>
/// Whoever sends slowly holds what was received. That is bounded: every piece holds one buffer, and there are half as many small buffers as
/// large ones at most. When there are none left segments are copied.
/// </remarks>
internal static unsafe class SharedSegments
{
    /// <summary>
    /// Least segment, bytes of payload, that shares where the device completes its checksum, so that nothing here reads the payload. Above,
    /// sharing costs less than a copy whatever the caches hold; from here to 1000 bytes only when the payload is not in them, and as much
    /// when it is (measured: perf/RESULTS.md).
    /// </summary>
    public const uint LeastAsked = 512;

    /// <summary>
    /// Least segment that shares where its checksum is summed here. Every byte is read then all the same, and up to 1500 a copy that sums on
    /// its way is as fast or faster, for one buffer and one descriptor instead of two or three; from here on a copy takes a second buffer of
    /// 2 KB, and in larger ones the copy itself costs more than sharing (measured: perf/RESULTS.md).
    /// </summary>
    public const uint LeastSummed = 2000;

    // Buffers of a packet that nearly every driver takes: the least that those of DPDK 22.11 state as a rule is 8 (i40e, iavf, hns3). One is the head.
    private const uint MostPieces = 7;

    // Segments made at once.
    private const uint Batch = 32;

    /// <summary>Makes and queues segments that share, as many as can be; the frame itself stays the caller's.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="cut">The frame; says after how far it was cut.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Run(WorkerContext* w, ref SegmentCut cut)
    {
        if (cut.Segment < (cut.Asks != 0 ? LeastAsked : LeastSummed) || cut.Headers > IPorts.HeadBytes
            || (w->Ports.ChainPorts >> (int)cut.Port & 1) == 0)
        {
            return;
        }

        uint most = Math.Min(MostPieces, w->Ports.LimitOf(cut.Port).Frame - 1);
        if (most == 0 || !ChainLimit.HasNoMore(cut.Packet, cut.Segment, most))
        {
            return;
        }

        // A last segment so short that its head would hold it is copied: it may have to be padded.
        uint tail = cut.Payload % cut.Segment, end = cut.Headers + tail <= IPorts.HeadBytes ? cut.Payload - tail : cut.Payload;
        Mbuf** stash = stackalloc Mbuf*[(int)(Batch * (1 + MostPieces))];
        uint ready = 0, segments = (end + cut.Segment - 1) / cut.Segment;
        var source = new PieceCursor(cut.Packet, cut.Headers, end, cut.Segment);
        PortAccess ports = w->Ports;
        w->Chains = true;
        while (cut.Index != segments)
        {
            // A head and a piece for each, and at most one piece more for each boundary between buffers.
            uint batch = Math.Min(Batch, segments - cut.Index), wanted = (2 * batch) + Math.Min(source.Boundaries, batch * (most - 1));
            ready += ready < wanted ? ports.AllocateHeads(stash + ready, wanted - ready) : 0;
            if (ready < wanted)
            {
                break;
            }

            Interlocked.Add(ref cut.Note.Record->Pending, (int)batch);
            cut.Count(w, batch);
            for (uint i = 0; i < batch; i++)
            {
                uint part = cut.Next();
                Mbuf* head = stash[--ready], last = head;
                ulong sum = 0;
                head->Port = cut.Packet->Port;
                head->DataLen = (ushort)cut.Headers;
                head->PktLen = cut.Headers + part;
                for (uint at = 0; at != part;)
                {
                    Mbuf* piece = stash[--ready];
                    at += source.Take(piece, part - at);
                    if (cut.Asks == 0)
                    {
                        sum = Packets.InternetChecksum.AddAt(sum, piece->Data, piece->DataLen, at - piece->DataLen);
                    }

                    last->Next = piece;
                    last = piece;
                    head->NbSegs++;
                }

                ports.Inherit(head, cut.Packet);
                if (cut.Asks == 0)
                {
                    cut.Template.Write(head->Data, cut.Index, cut.Done, sum);
                }
                else
                {
                    cut.Template.WriteBegun(head->Data, cut.Index, cut.Done);
                    head->OlFlags = cut.Asks;
                    head->TxOffload = cut.Lengths;
                    if (!ports.Prepare(cut.Port, head))
                    {
                        head->OlFlags = MbufFlags.None;
                        cut.Template.Complete(head);
                    }
                }

                Transmission.Again(w, cut.Port, head, cut.Note.With(cut.TenantHeaders + part), head->PktLen);
                cut.Pass(part);
            }
        }

        source.End();
        while (ready != 0)
        {
            ports.Free(stash[--ready]);
        }
    }
}
