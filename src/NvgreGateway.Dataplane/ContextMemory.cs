using System.Runtime.InteropServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;

namespace NvgreGateway.Dataplane;

/// <summary>Makes and frees the memory of a worker, and points it at a snapshot.</summary>
internal static unsafe class ContextMemory
{
    // A burst, and a line more: at distances of a power of two stores seem to hit the loads of other lists.
    private const uint GatheredBytes = (WorkerContext.MaxBurst * sizeof(ulong)) + 128;

    /// <summary>Makes a worker's memory: one block, zeroed, on cache lines of its own.</summary>
    /// <param name="memory">The regions.</param>
    /// <param name="index">Worker index.</param>
    /// <param name="access">Handle of its <see cref="PortAccess"/>.</param>
    /// <returns>The context; freed by <see cref="Free"/>.</returns>
    public static WorkerContext* Create(GatewayMemory memory, int index, nint access)
    {
        uint ports = memory.Limits.Ports;
        nuint total = 0;
        nuint Take(nuint bytes)
        {
            nuint at = total;
            total += (bytes + 127) & ~(nuint)127; // 128: neighbouring lines are fetched in pairs
            return at;
        }

        Take((nuint)sizeof(WorkerContext));
        nuint own = Take((nuint)((ports + ExchangeLimits.RouterMacs + 3) & ~3u) * sizeof(ulong));
        nuint burst = Take(WorkerContext.MaxBurst * (nuint)sizeof(Mbuf*));
        nuint work = Take(WorkerContext.MaxBurst * (nuint)sizeof(Work));
        nuint discarded = Take(WorkerContext.DiscardCapacity * (nuint)sizeof(Mbuf*));
        nuint tx = Take(ports * (nuint)sizeof(TxBuffer));
        nuint asked = Take((nuint)sizeof(TxBuffer)), joined = Take((nuint)sizeof(TxBuffer));
        nuint hops = Take(WorkerContext.HeldHopCapacity * (nuint)sizeof(HeldHop));
        nuint held = Take((WorkerContext.HeldCapacity + 1) * (nuint)sizeof(Departure));
        nuint records = Take(WorkerContext.Records * (nuint)sizeof(CopyRecord));
        nuint trace = Take((nuint)sizeof(TraceState));
        nuint marks = Take(memory.Limits.Workers * (memory.Limits.Workers + 2) * sizeof(uint));
        nuint sizes = Take(memory.Limits.Workers * sizeof(uint)), sorted = Take(memory.Limits.Workers * (nuint)sizeof(ulong*));
        nuint gathered = Take(memory.Limits.Workers * GatheredBytes);
        nuint learned = Take(LearnMemory.Entries * (nuint)sizeof(LearnMemory));

        byte* block = (byte*)NativeMemory.AlignedAlloc(total, 128);
        NativeMemory.Clear(block, total);
        var w = (WorkerContext*)block;
        w->OwnMacs = (ulong*)(block + own);
        w->Burst = (Mbuf**)(block + burst);
        w->Work = (Work*)(block + work);
        w->Discarded = (Mbuf**)(block + discarded);
        w->Tx = (TxBuffer*)(block + tx);
        w->Asked = (TxBuffer*)(block + asked);
        w->Joined = (TxBuffer*)(block + joined);
        w->HeldHop = (HeldHop*)(block + hops);
        w->Held = (Departure*)(block + held);
        w->Record = (CopyRecord*)(block + records);
        w->Learned = (LearnMemory*)(block + learned);
        w->TraceMemory = (TraceState*)(block + trace);
        w->RememberPunts = true;
        for (uint i = 1; i <= WorkerContext.HeldCapacity; i++)
        {
            w->Held[i].Next = i == WorkerContext.HeldCapacity ? 0 : i + 1; // index 0 means none
        }

        w->HeldFree = 1;
        w->Fdb = memory.Fdb;
        w->Ages = w->Fdb.Lane(1 + index);
        w->NextHops = memory.NextHops;
        w->SegmentStates = memory.SegmentStates;
        w->AttachmentStates = memory.AttachmentStates;
        w->PeerStates = memory.PeerStates;
        w->Storms = memory.Storms;
        w->Data = memory.Data;
        w->Stats = memory.Statistics(index);
        w->FirstStats = (byte*)memory.Statistics(0);
        w->StatsStride = memory.Limits.Workers < 2 ? 0 : (nuint)((byte*)memory.Statistics(1) - (byte*)memory.Statistics(0));
        w->AttachmentCounters = memory.Attachments(index);
        w->PeerCounters = memory.Peers(index);
        w->SegmentDrops = memory.SegmentDrops(index);
        w->PeerDrops = memory.PeerDrops(index);
        w->Neighbor = memory.Punt(index, PuntClass.Neighbor);
        w->Learn = memory.Punt(index, PuntClass.Learn);
        w->TenantNeighbor = memory.Punt(index, PuntClass.TenantNeighbor);
        w->Icmp = memory.Punt(index, PuntClass.Icmp);
        w->TenantGroup = memory.Punt(index, PuntClass.TenantGroup);
        w->Inject = memory.Inject(index);
        w->Samples = memory.SampleRing(index);
        w->SampleSeed = (uint)index + 1;
        w->Bindings = memory.Bindings;
        w->Groups = memory.Groups;
        w->Access = access;
        w->Index = index;
        w->MaxPorts = ports;
        w->DrainMarks = (uint*)(block + marks);
        w->Sizes = (uint*)(block + sizes);
        w->Sorted = (ulong**)(block + sorted);
        for (uint i = 0; i < memory.Limits.Workers; i++)
        {
            w->Sorted[i] = i == (uint)index ? (ulong*)w->Burst : (ulong*)(block + gathered + (i * GatheredBytes));
        }

        return w;
    }

    /// <summary>Frees a worker's memory.</summary>
    /// <param name="w">The context.</param>
    public static void Free(WorkerContext* w) => NativeMemory.AlignedFree(w);

    /// <summary>Points a worker at the published snapshot.</summary>
    /// <param name="w">The context.</param>
    /// <param name="memory">The regions.</param>
    /// <param name="published">The word that publishes it.</param>
    public static void Switch(WorkerContext* w, GatewayMemory memory, ulong published)
    {
        w->Published = published;
        if (published == 0)
        {
            return;
        }

        Snapshot s = memory.Slot((int)(published & 1));
        w->Snapshot = s;
        w->PortEntries = s.Ports;
        w->Segments = s.Segments;
        w->Attachments = s.Attachments;
        w->Peers = s.Peers;
        w->PortCount = s.Header->PortCount;
        w->AttachmentCount = s.Header->AttachmentCount;
        w->PeerCount = s.Header->PeerCount;
        w->HoldLimit = s.Header->HoldLimit;
        uint macs = 0;
        w->UnderlayPorts = 0;
        for (uint i = 0; i < s.Header->PortCount && i < w->MaxPorts; i++)
        {
            if ((s.Ports[i].Flags & PortFlags.Valid) != 0)
            {
                w->OwnMacs[macs++] = s.Ports[i].Mac & Wire.MacMask;
                w->UnderlayPorts |= (s.Ports[i].Flags & PortFlags.Underlay) != 0 ? 1ul << (int)i : 0;
            }
        }

        ulong* routers = (ulong*)((byte*)s.Header + s.Header->RouterMacsOffset);
        for (uint i = 0; i < s.Header->RouterMacCount && i < ExchangeLimits.RouterMacs; i++)
        {
            w->OwnMacs[macs++] = routers[i] & Wire.MacMask;
        }

        for (; macs == 0 || (macs & 3) != 0; macs++)
        {
            w->OwnMacs[macs] = ulong.MaxValue; // no MAC has 64 bits
        }

        w->OwnMacGroups = macs / 4;
        Volatile.Write(ref w->Stats->Generation, published >> 1);
    }
}
