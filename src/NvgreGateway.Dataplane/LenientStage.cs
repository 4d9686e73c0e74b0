using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// GRE fields that NVGRE has not (WIRE-FORMAT 1.2): refused, unless <c>lenient.checksum</c> (B-005, B-006) or <c>lenient.sequence</c>
/// (B-010) takes them. A checksum covers the GRE header and all of its payload; Reserved1 and the sequence number are skipped.
/// Outcomes: where key and payload are; <c>drop.gre.truncated</c>, <c>.csum_present</c>, <c>.csum_bad</c>, <c>.seq_present</c>.
/// </summary>
internal static unsafe class LenientStage
{
    /// <summary>Looks at a GRE header of at least 8 bytes with C or S set.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet.</param>
    /// <param name="at">Where its GRE header begins, in the first buffer.</param>
    /// <param name="end">Where its GRE payload ends.</param>
    /// <param name="flags">First word of the header.</param>
    /// <param name="key">Where the key is, from the start of the GRE header.</param>
    /// <param name="header">Bytes of the GRE header.</param>
    /// <returns>None, or why the packet is dropped.</returns>
    public static DropReason Check(WorkerContext* w, Mbuf* m, uint at, uint end, uint flags, out uint key, out uint header)
    {
        bool checksum = (flags & GreHeader.ChecksumPresent) != 0, sequence = (flags & GreHeader.SequencePresent) != 0;
        key = checksum ? 8u : 4;
        header = key + ((flags & GreHeader.KeyPresent) != 0 ? 4u : 0) + (sequence ? 4u : 0);
        if (checksum)
        {
            if (w->Snapshot.Header->AcceptChecksum == 0)
            {
                return DropReason.GreCsumPresent;
            }

            if (end - at < header && (!sequence || w->Snapshot.Header->AcceptSequence != 0))
            {
                return DropReason.GreTruncated;
            }

            if (!InternetChecksum.IsValid(Sum(m, at, end)))
            {
                return DropReason.GreCsumBad;
            }
        }

        if (sequence && w->Snapshot.Header->AcceptSequence == 0)
        {
            return DropReason.GreSeqPresent;
        }

        return end - at < header ? DropReason.GreTruncated : DropReason.None;
    }

    // Over all buffers; one that begins at an odd distance from the header is added with its bytes swapped.
    private static ulong Sum(Mbuf* m, uint at, uint end)
    {
        ulong sum = 0;
        uint before = 0;
        for (Mbuf* s = m; s != null && before < end; s = s->Next)
        {
            uint first = Math.Max(at, before), last = Math.Min(end, before + s->DataLen);
            if (first < last)
            {
                sum = InternetChecksum.AddAt(sum, s->Data + (first - before), last - first, first - at);
            }

            before += s->DataLen;
        }

        return sum;
    }
}
