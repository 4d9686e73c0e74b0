using System.Runtime.CompilerServices;
using NvgreGateway.Dpdk;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Dataplane;

/// <summary>
/// What a worker does with a burst while a trace runs (F-033): packets that the filter fits go through the very same stages one by
/// one, so that what is said meanwhile is said of them; the others in bursts as ever. Outcomes: those of the two paths.
/// </summary>
internal static unsafe class TraceStage
{
    private const MethodImplOptions Once = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;
    private const uint KeyPresent = 0x2000;
    private const uint ChecksumPresent = 0x8000;

    /// <summary>Begins or ends tracing, at the quiescent point.</summary>
    /// <param name="w">The worker.</param>
    /// <param name="memory">The regions.</param>
    /// <param name="session">The session that runs, 0 = none.</param>
    [MethodImpl(Once)]
    public static void Switch(WorkerContext* w, GatewayMemory memory, uint session)
    {
        w->TraceSession = session;
        w->Trace = session == 0 ? null : w->TraceMemory;
        w->TraceMemory->Control = memory.Trace;
        w->TraceMemory->Ring = memory.TraceRing(w->Index);
        w->TraceMemory->Session = session << TraceEvent.SessionShift;
        w->TraceMemory->Current = 0;
    }

    /// <summary>Runs a burst.</summary>
    /// <param name="w">The worker; its burst holds the packets.</param>
    /// <param name="port">The port.</param>
    /// <param name="underlay">Whether it is an underlay port.</param>
    /// <param name="count">How many.</param>
    [MethodImpl(Once)]
    public static void Run(WorkerContext* w, uint port, bool underlay, uint count)
    {
        TraceState* trace = w->Trace;
        uint done = 0;
        for (uint i = 0; i < count; i++)
        {
            Mbuf* m = w->Burst[i];
            uint id = Fits(w, port, underlay, m) ? Number(trace) : 0;
            m->HashHigh = id; // a buffer may still carry the number of what it held before
            if (id == 0)
            {
                continue;
            }

            Forward(w, port, underlay, w->Burst + done, i - done);
            done = i + 1;
            trace->Current = id;
            TraceLog.Write(w, id, TracePoint.Arrived, port, m, 0, 0, 0, 0);
            if (underlay)
            {
                uint n = UnderlayInput.Run(w, port, w->Burst + i, 1);
                Accepted(w, id, n);
                UnderlayForwarding.Run(w, port, n);
            }
            else
            {
                uint n = AccessInput.Run(w, port, w->Burst + i, 1);
                Accepted(w, id, n);
                AccessForwarding.Run(w, port, n);
            }

            trace->Current = 0;
        }

        Forward(w, port, underlay, w->Burst + done, count - done);
    }

    private static void Forward(WorkerContext* w, uint port, bool underlay, Mbuf** burst, uint count)
    {
        if (count == 0)
        {
            return;
        }

        if (underlay)
        {
            UnderlayForwarding.Run(w, port, UnderlayInput.Run(w, port, burst, count));
        }
        else
        {
            AccessForwarding.Run(w, port, AccessInput.Run(w, port, burst, count));
        }
    }

    [MethodImpl(Once)]
    private static void Accepted(WorkerContext* w, uint id, uint count)
    {
        if (count != 0)
        {
            Work* k = w->Work;
            ulong rest = k->Length | ((ulong)k->Offset << 32) | ((ulong)k->Tos << 48) | ((ulong)k->Family << 56);
            TraceLog.Write(w, id, TracePoint.Accepted, 0, null, k->Place, k->SourceKey, k->DestinationKey, rest);
        }
    }

    // The next number, or 0 when enough were taken.
    [MethodImpl(Once)]
    private static uint Number(TraceState* trace)
    {
        TraceControl* control = trace->Control;
        if (Volatile.Read(ref control->Taken) >= control->Count)
        {
            return 0;
        }

        uint number = Interlocked.Increment(ref control->Taken);
        return number <= control->Count ? trace->Session | number : 0;
    }

    [MethodImpl(Once)]
    private static bool Fits(WorkerContext* w, uint portIndex, bool underlay, Mbuf* m)
    {
        TraceControl* control = w->Trace->Control;
        if (Volatile.Read(ref control->Taken) >= control->Count)
        {
            return false;
        }

        if (control->Vsid == TraceControl.Any && control->Vlan == TraceControl.Any && control->PeerFamily == 0 && control->Mac == ulong.MaxValue)
        {
            return true;
        }

        return m->DataLen >= EthernetHeader.Size && (underlay ? FitsUnderlay(w, control, m) : FitsAccess(w, portIndex, control, m));
    }

    [MethodImpl(Once)]
    private static bool FitsAccess(WorkerContext* w, uint portIndex, TraceControl* control, Mbuf* m)
    {
        byte* p = m->Data;
        PortEntry* port = w->PortEntries + portIndex;
        uint attachment = port->NativeAttachment, vid = 0;
        if ((m->OlFlags & MbufFlags.RxVlanStripped) != 0)
        {
            vid = m->VlanTci & 0xFFFu;
            attachment = w->Snapshot.VlanMap(port)[vid];
        }
        else if (Wire.IsTag(Wire.Load16(p + 12)))
        {
            if (m->DataLen < EthernetHeader.Size + (2 * VlanTag.Size))
            {
                return false;
            }

            vid = Wire.Big16(p + 14) & 0xFFF;
            uint tci = Wire.Big16(p + 14);
            VlanStage.Classify(w, port, p, m->PktLen, out attachment, out _, ref tci);
        }

        AttachmentEntry* entry = w->Attachments + attachment;
        if (control->Vlan != TraceControl.Any && control->Vlan != vid && (attachment == 0 || (entry->Vlan != control->Vlan && entry->InnerVlan != control->Vlan)))
        {
            return false;
        }

        uint segment = attachment == 0 ? 0 : entry->Segment;
        if (control->Vsid != TraceControl.Any && (segment == 0 || w->Segments[segment].Vsid != control->Vsid))
        {
            return false;
        }

        ulong destination = Wire.Load64(p) & Wire.MacMask, source = Wire.Load64(p + 4) >> 16;
        if (control->Mac != ulong.MaxValue && control->Mac != destination && control->Mac != source)
        {
            return false;
        }

        return control->PeerFamily == 0 || (segment != 0 && GoesToPeer(w, control, segment, destination));
    }

    // Whether a tenant frame from the VLAN side concerns the peer: it is behind it, or the peer would get a copy.
    [MethodImpl(Once)]
    private static bool GoesToPeer(WorkerContext* w, TraceControl* control, uint segment, ulong destination)
    {
        ulong key = FdbTable.Key(destination, segment);
        uint found = (destination & 1) != 0 ? 0 : w->Fdb.Find(w->Fdb.Home(key), key, out _);
        if (found != 0 && FdbDestination.IsCurrent(w, found))
        {
            return (found & Place.Peer) != 0 && IsPeer(w, control, found & Place.IdMask);
        }

        SegmentEntry* entry = w->Segments + segment;
        uint* members = w->Snapshot.Members(entry) + entry->AttachmentCount;
        for (uint i = 0; i < entry->PeerCount; i++)
        {
            if (IsPeer(w, control, members[i]))
            {
                return true;
            }
        }

        return false;
    }

    [MethodImpl(Once)]
    private static bool IsPeer(WorkerContext* w, TraceControl* control, uint id)
    {
        PeerEntry* peer = w->Peers + id;
        return peer->AddressHigh == control->PeerHigh && peer->AddressLow == control->PeerLow
            && ((peer->Flags & PeerFlags.Ipv6) != 0) == (control->PeerFamily == 6);
    }

    [MethodImpl(Once)]
    private static bool FitsUnderlay(WorkerContext* w, TraceControl* control, Mbuf* m)
    {
        byte* p = m->Data;
        uint linear = m->DataLen, at = EthernetHeader.Size;
        ushort type = Wire.Load16(p + 12);
        if (Wire.IsTag(type) && linear >= EthernetHeader.Size + VlanTag.Size)
        {
            type = Wire.Load16(p + 16);
            at += VlanTag.Size;
        }

        bool peer = control->PeerFamily == 0;
        uint gre = 0;
        if (type == Wire.Ipv4 && linear >= at + Ipv4Header.Size)
        {
            byte* ip = p + at;
            peer |= control->PeerFamily == 4 && (Wire.Load32(ip + 12) == control->PeerHigh || Wire.Load32(ip + 16) == control->PeerHigh);
            gre = ip[9] == IpProtocol.Gre ? at + ((*ip & 0xFu) * 4) : 0;
        }
        else if (type == Wire.Ipv6 && linear >= at + Ipv6Header.Size)
        {
            byte* ip = p + at;
            peer |= control->PeerFamily == 6
                && ((Wire.Load64(ip + 8) == control->PeerHigh && Wire.Load64(ip + 16) == control->PeerLow)
                    || (Wire.Load64(ip + 24) == control->PeerHigh && Wire.Load64(ip + 32) == control->PeerLow));
            gre = ip[6] == IpProtocol.Gre ? at + (uint)Ipv6Header.Size : 0;
        }

        uint vsid = TraceControl.Any, segment = 0;
        ulong innerDestination = 0, innerSource = 0;
        if (gre != 0 && linear >= gre + 12)
        {
            uint flags = Wire.Big16(p + gre), key = gre + 4 + ((flags & ChecksumPresent) != 0 ? 4u : 0);
            if ((flags & KeyPresent) != 0)
            {
                vsid = Wire.Big32(p + key) >> 8;
                segment = w->Snapshot.SegmentOf(vsid);
                if (linear >= key + 4 + EthernetHeader.Size)
                {
                    innerDestination = Wire.Load64(p + key + 4) & Wire.MacMask;
                    innerSource = Wire.Load64(p + key + 8) >> 16;
                }
            }
        }

        if (!peer || (control->Vsid != TraceControl.Any && vsid != control->Vsid))
        {
            return false;
        }

        ulong mac = control->Mac, destination = Wire.Load64(p) & Wire.MacMask, source = Wire.Load64(p + 4) >> 16;
        if (mac != ulong.MaxValue && mac != destination && mac != source && mac != innerDestination && mac != innerSource)
        {
            return false;
        }

        return control->Vlan == TraceControl.Any || (segment != 0 && HasVlan(w, segment, control->Vlan));
    }

    [MethodImpl(Once)]
    private static bool HasVlan(WorkerContext* w, uint segment, uint vlan)
    {
        SegmentEntry* entry = w->Segments + segment;
        uint* members = w->Snapshot.Members(entry);
        for (uint i = 0; i < entry->AttachmentCount; i++)
        {
            if (w->Attachments[members[i]].Vlan == vlan || w->Attachments[members[i]].InnerVlan == vlan)
            {
                return true;
            }
        }

        return false;
    }
}
