using System.Runtime.CompilerServices;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What the outer TOS or traffic class does to the inner one (B-023 to B-027, B-031). An outer ECN field of 00 changes nothing,
/// so only other values come here, or peers with <c>dscp.decapsulate: uniform</c>. Outcomes: the new inner byte;
/// <c>drop.ecn.notect_ce</c>.
/// </summary>
internal static unsafe class EcnStage
{
    /// <summary>Applies the outer byte to the inner header.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="l3">Inner IP header, if the family says so.</param>
    /// <param name="family">4, 6, or 0 when not IP.</param>
    /// <param name="inner">Inner byte; the new one afterwards.</param>
    /// <param name="outer">Outer byte.</param>
    /// <param name="uniform">Whether the outer DSCP is taken.</param>
    /// <returns>None, or why the frame is dropped.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static DropReason Apply(WorkerContext* w, byte* l3, uint family, ref uint inner, uint outer, bool uniform)
    {
        if (family == TenantHeader.NotIp)
        {
            if ((outer & Ecn.Mask) == Ecn.Ce)
            {
                Accounting.Count(w, CounterId.EcnNonipCe); // B-026: counted and forwarded
            }

            return DropReason.None;
        }

        uint verdict = Ecn.Decapsulate(inner, outer);
        if ((verdict & Ecn.Drop) != 0)
        {
            return DropReason.EcnNotectCe;
        }

        if ((verdict & Ecn.Anomaly) != 0)
        {
            Accounting.Count(w, CounterId.EcnAnomaly);
        }

        uint changed = ((uniform ? outer : inner) & ~Ecn.Mask) | (verdict & Ecn.Mask);
        if (changed != inner)
        {
            TenantHeader.SetTrafficClass(l3, family, changed);
            inner = changed;
        }

        return DropReason.None;
    }
}
