using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// Whose a packet is on a port with queues for chosen VSIDs or MACs (C-137). What the device sends to such queues stays where it arrived;
/// what it refused to sort, or what came another way, goes to the workers of those queues. A VSID comes before a MAC.
/// </summary>
internal static unsafe class SpreadRules
{
    /// <summary>Finds the worker of a packet.</summary>
    /// <param name="w">The worker that received it.</param>
    /// <param name="port">The port.</param>
    /// <param name="plan">The port's plan; has rules.</param>
    /// <param name="m">The packet.</param>
    /// <param name="underlay">Whether it is an underlay port.</param>
    /// <returns>The worker.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static uint OwnerOf(WorkerContext* w, uint port, SpreadPlan* plan, Mbuf* m, bool underlay)
    {
        byte* copy = stackalloc byte[(int)SpreadHash.LinearBytes];
        byte* frame = m->Data;
        uint length = m->DataLen;
        if (length < SpreadHash.LinearBytes && m->NbSegs != 1)
        {
            length = SpreadStage.CopyHead(m, frame = copy);
        }

        uint hash;
        SpreadRule* rule = null;
        if (underlay)
        {
            hash = SpreadHash.Underlay(frame, length, out uint key, out uint tenant, out bool outer6);
            rule = key == 0 ? null : SpreadPlan.Find(plan, SpreadKey.Vsid(outer6, Wire.Big32(frame + key) >> 8));
            rule = rule != null || key == 0 || tenant == 0 ? rule : SpreadPlan.Find(plan, SpreadKey.InnerMac(outer6, Wire.Load64(frame + tenant) & Wire.MacMask));
        }
        else
        {
            hash = SpreadHash.Access(frame, length);
            rule = length < EthernetHeader.Size ? null : SpreadPlan.Find(plan, SpreadKey.Mac(Wire.Load64(frame) & Wire.MacMask));
        }

        uint self = (uint)w->Index;
        if (rule != null)
        {
            return rule->InHardware && (rule->Workers >> w->Index & 1) != 0 ? self : SpreadHash.Of(hash, rule->Workers);
        }

        if (w->Spread[port] == (nint)plan)
        {
            return self; // nothing but the rules is this port's plan
        }

        uint entry = SpreadHash.Entry(hash);
        w->EntryLoads[entry]++;
        return plan->Workers[entry];
    }
}
