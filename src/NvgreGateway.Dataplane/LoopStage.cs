using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Probes of our own that come back, in segments with <c>loopDetection</c> (E-073): seen where a frame would be dropped as one of our own
/// (<c>drop.inner.self_mac</c>) or because its segment is down or blocked, so no other frame ever comes here. Control finds out whether
/// it is a true one. Outcomes: consumed, or none: it is dropped as it would have been.
/// </summary>
internal static unsafe class LoopStage
{
    // EtherType and magic word as they load.
    private const ushort Type = 0xB588;
    private const uint Magic = 0x014C_564E;

    /// <summary>Looks at a frame that is about to be dropped.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="m">The packet; no longer the caller's if it is taken.</param>
    /// <param name="l3">First byte behind its EtherType.</param>
    /// <param name="source">Its source MAC, 48 bits.</param>
    /// <param name="segment">Segment id.</param>
    /// <param name="place">Where it came from.</param>
    /// <param name="from">Port it came in on.</param>
    /// <returns>Whether it was taken.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Takes(WorkerContext* w, Mbuf* m, byte* l3, ulong source, uint segment, uint place, uint from)
    {
        if ((w->Segments[segment].Flags & SegmentFlags.LoopDetection) == 0
            || m->Data + m->DataLen - l3 < LoopProbe.Size
            || Wire.Load16(l3 - 2) != Type
            || Wire.Load32(l3) != Magic
            || !IsOwn(w, source)
            || !Punting.LoopProbe(w, m, l3, segment, place, from))
        {
            return false;
        }

        Accounting.Consume(w, m);
        return true;
    }

    // Another gateway's probe is a tenant frame like any other.
    private static bool IsOwn(WorkerContext* w, ulong source)
    {
        for (uint i = 0; i < w->OwnMacGroups * 4; i++)
        {
            if (w->OwnMacs[i] == source)
            {
                return true;
            }
        }

        return false;
    }
}
