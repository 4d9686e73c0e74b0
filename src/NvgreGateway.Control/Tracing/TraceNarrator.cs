using System.Globalization;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tracing;

/// <summary>
/// Makes the story of a packet from the events that workers wrote. What the straight lines of the data path do leaves no event of its
/// own: a source without one stood where it should, a destination without one was the place that the packet left for.
/// </summary>
/// <param name="plane">Gives ids their names.</param>
internal sealed unsafe class TraceNarrator(ControlPlane plane)
{
    private readonly List<TraceStep> _steps = [];
    private TraceEvent _accepted;
    private TraceEvent _arrived;
    private bool _sourceTold;
    private bool _destinationTold;

    /// <summary>Tells a packet.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="events">What was written of it, in order; the first is its arrival.</param>
    /// <param name="refused">Why control refused it, or none.</param>
    /// <param name="nanoseconds">When it arrived, since 1970.</param>
    /// <returns>Its story.</returns>
    public TracePacket Tell(uint number, IReadOnlyList<TraceEvent> events, DropReason refused, ulong nanoseconds)
    {
        _steps.Clear();
        _sourceTold = _destinationTold = false;
        _accepted = default;
        _arrived = events[0];
        bool accepted = false;
        string verdict = "open";
        DropReason reason = DropReason.None;
        foreach (TraceEvent e in events)
        {
            switch (e.Point)
            {
                case TracePoint.Accepted:
                    accepted = true;
                    _accepted = e;
                    Accepted();
                    break;
                case TracePoint.Transmitted:
                    verdict = "transmitted";
                    break;
                case TracePoint.Consumed:
                    verdict = refused == DropReason.None ? "consumed" : "dropped";
                    reason = refused;
                    break;
                case TracePoint.Dropped:
                    verdict = "dropped";
                    reason = (DropReason)e.A;
                    if (accepted && e.C != 0 && (DropReason)e.A is DropReason.NeighPending or DropReason.NeighUnresolved or DropReason.PortDown)
                    {
                        Straight(Place.Peer | (uint)e.C);
                    }

                    break;
                default:
                    Stage(in e, accepted);
                    break;
            }
        }

        if (accepted && !_sourceTold)
        {
            SourceKnown();
        }

        ReadOnlySpan<byte> frame = Bytes(in _arrived);
        return new TracePacket
        {
            Number = number,
            Nanoseconds = nanoseconds,
            Port = PortName(_arrived.Port),
            Length = _arrived.Length,
            Frame = FrameSummary.Of(frame),
            Bytes = Convert.ToHexStringLower(frame),
            Steps = [.. _steps],
            Verdict = verdict,
            Reason = reason == DropReason.None ? null : CounterNames.Of(reason),
            Rules = reason == DropReason.None ? null : DropRules.Of(reason),
        };
    }

    /// <summary>Tells a frame that the gateway made itself and sends.</summary>
    /// <param name="leaving">The event of its departure.</param>
    /// <param name="nanoseconds">When, since 1970.</param>
    /// <returns>Its story.</returns>
    public TracePacket TellOwn(TraceEvent leaving, ulong nanoseconds)
    {
        ReadOnlySpan<byte> frame = Bytes(in leaving);
        return new TracePacket
        {
            Number = 0,
            Nanoseconds = nanoseconds,
            Port = PortName(leaving.Port),
            Length = leaving.Length,
            Frame = FrameSummary.Of(frame),
            Bytes = Convert.ToHexStringLower(frame),
            Steps = [new TraceStep { Stage = "transmit", Text = leaving.A == 0 ? "made by the gateway" : $"made by the gateway, to {PlaceText((uint)leaving.A)}" }],
            Verdict = "own",
        };
    }

    private static ReadOnlySpan<byte> Bytes(in TraceEvent e)
    {
        fixed (byte* data = e.Data)
        {
            return new ReadOnlySpan<byte>(data, (int)Math.Min(e.Captured, TraceEvent.MostData)).ToArray();
        }
    }

    private static string Mac(ulong key) => new MacAddress(key >> 16).ToString();

    private void Add(string stage, string text) => _steps.Add(new TraceStep { Stage = stage, Text = text });

    private string PortName(int port) =>
        port < plane.Configuration.Ports.Count ? plane.Configuration.Ports[port].Name : string.Create(CultureInfo.InvariantCulture, $"port {port}");

    private string PlaceText(uint place)
    {
        uint id = place & Place.IdMask;
        if ((place & Place.Peer) != 0)
        {
            if (!TryPeer(id, out PeerEntry peer))
            {
                return "a peer that is gone";
            }

            var address = new WireAddress(peer.AddressHigh, peer.AddressLow, (peer.Flags & PeerFlags.Ipv6) != 0 ? (byte)6 : (byte)4);
            bool group = address.IsIpv6 ? (byte)address.High == 0xFF : (address.High & 0xF0) == 0xE0;
            return $"{(group ? "group" : "peer")} {address}";
        }

        return plane.Index.AttachmentOf(id) is { } a
            ? $"{a.Attachment.Port} VLAN {a.Attachment.Vlan}{(a.Attachment.InnerVlan is { } inner ? $".{inner}" : "")}"
            : "an attachment that is gone";
    }

    // What the workers' tables say, so that it is what the packet met.
    private bool TryPeer(uint id, out PeerEntry peer)
    {
        Snapshot tables = plane.Memory.Current;
        bool known = tables.Header != null && id < tables.Header->PeerCount && tables.Peers[id].Segment != 0;
        peer = known ? tables.Peers[id] : default;
        return known;
    }

    private string NextHop(ulong id)
    {
        if (id >= plane.Memory.Limits.NextHops)
        {
            return "?";
        }

        NextHopSlot slot = plane.Memory.NextHops[id];
        return new WireAddress(slot.AddressHigh, slot.AddressLow, slot.Family).ToString();
    }

    private void Accepted()
    {
        uint place = (uint)_accepted.A, length = (uint)_accepted.D;
        int offset = (ushort)(_accepted.D >> 32), family = (int)(_accepted.D >> 56);
        byte tos = (byte)(_accepted.D >> 48);
        SegmentConfiguration? segment = plane.Index.SegmentOf((ushort)_accepted.B);
        string name = segment is null ? "a segment that is gone" : $"segment {segment.Name}, VSID {segment.Vsid}";
        ReadOnlySpan<byte> frame = Bytes(in _arrived);
        bool fromPeer = (place & Place.Peer) != 0;
        if (fromPeer)
        {
            Add("outer", FrameSummary.Outer(frame));
            Add("segment", $"{name}; {PlaceText(place)} is one of its peers");
        }
        else
        {
            Add("segment", $"{PlaceText(place)}{(offset == 0 ? " (untagged)" : "")} is {name}");
        }

        string bytes = string.Create(CultureInfo.InvariantCulture, $"{length} bytes untagged, {(family == 0 ? "not IP" : $"IPv{family}")}");
        byte? before = FrameSummary.TrafficClass(frame, offset + 14);
        string change = family == 0 || before is null || before == tos ? ""
            : string.Create(CultureInfo.InvariantCulture, $"; DSCP {before >> 2} ECN {before & 3} becomes DSCP {tos >> 2} ECN {tos & 3}");
        Add("inner", bytes + change);
    }

    private void Stage(in TraceEvent e, bool accepted)
    {
        switch (e.Point)
        {
            case TracePoint.Source:
                Source(in e);
                break;
            case TracePoint.Learn:
                _sourceTold = true;
                Add("source", $"{Mac(_accepted.B)} {(e.A == 0 ? "is new" : $"was at {PlaceText((uint)e.A)}")}: to be learned at {PlaceText((uint)_accepted.A)}");
                break;
            case TracePoint.Destination:
                SourceKnown();
                _destinationTold = true;
                Add("destination", e.C == (ulong)CastKind.Broadcast ? "broadcast"
                    : e.C == (ulong)CastKind.Multicast ? $"{Mac(_accepted.C)} is a group"
                    : e.B != 0 ? $"{Mac(_accepted.C)} is at {PlaceText((uint)e.A)}"
                    : $"{Mac(_accepted.C)} is unknown");
                break;
            case TracePoint.Size:
                Straight((uint)e.A);
                Add("size", Size(in e));
                break;
            case TracePoint.Storm:
                Add("storm", "within the limits");
                break;
            case TracePoint.Replicated:
                Add("replicate", string.Create(CultureInfo.InvariantCulture, $"the segment has {Count(e.A, "attachment")} and {Count(e.B, "peer")}{(e.C != 0 ? $"; {Count(e.C, "PA group")} instead of peers" : "")}"));
                break;
            case TracePoint.Held:
                Straight((uint)e.B);
                Add("neighbour", $"held: the MAC of next hop {NextHop(e.A)} is not known yet");
                break;
            case TracePoint.Released:
                Add("neighbour", e.B == 0 ? $"released: next hop {NextHop(e.A)} answered" : $"next hop {NextHop(e.A)} did not answer");
                break;
            case TracePoint.Leaving:
                Straight((uint)e.A);
                Leaving(in e, accepted);
                break;
            case TracePoint.Spread:
                Add("spread", string.Create(CultureInfo.InvariantCulture, $"worker {e.A} sends on {PortName(e.Port)}"));
                break;
            case TracePoint.CopyLost:
                Add("copy", $"lost: {CounterNames.Of((DropReason)e.A)} ({string.Join(", ", DropRules.Of((DropReason)e.A))})");
                break;
            case TracePoint.Punted:
                if (accepted)
                {
                    SourceKnown();
                }

                Add("control", Punt((PuntClass)e.A, (PuntKind)e.B, e.C));
                break;
            default:
                break; // arrival, which is the heading, and copies that left, which were told as they did
        }
    }

    private static string Count(ulong n, string what) => string.Create(CultureInfo.InvariantCulture, $"{n} {what}{(n == 1 ? "" : "s")}");

    private string Size(in TraceEvent e)
    {
        uint length = (uint)_accepted.D;
        string limit = string.Create(CultureInfo.InvariantCulture, $"{length} bytes, {PlaceText((uint)e.A)} takes {e.B}");
        return e.D != 0 ? limit + ": fragmented"
            : e.C != 0 ? $"{limit}: {CounterNames.Of((DropReason)e.C)}"
            : limit;
    }

    private static string Punt(PuntClass kind, PuntKind what, ulong mtu) => what switch
    {
        PuntKind.TooBig => string.Create(CultureInfo.InvariantCulture, $"told that the frame was too big, MTU {mtu}: it may answer with an ICMP error"),
        PuntKind.TopologyChange => "told of a topology change",
        PuntKind.TenantQuestion => "gets the question: the owner of the address is known",
        PuntKind.TenantEvidence => "gets a copy to learn the address from",
        PuntKind.TenantGroup => "gets a copy to learn members and routers of multicast groups from",
        PuntKind.TenantGroupOnly => "gets the frame, to learn members of multicast groups from: nobody else is to hear it",
        _ => kind == PuntClass.Neighbor ? "gets the frame: ARP or neighbour discovery" : "gets the frame: ICMP",
    };

    private void Source(in TraceEvent e)
    {
        string why = e.B == 0 ? "" : $"; not forwarded unless its destination gives a reason first: {CounterNames.Of((DropReason)e.B)}";
        if (_sourceTold)
        {
            if (why.Length != 0)
            {
                Add("source", why[2..]);
            }

            return;
        }

        _sourceTold = true;
        uint found = (uint)e.A;
        string where = found == 0 ? "is unknown" : $"is at {PlaceText(found)}";
        string what = (found & Place.Static) != 0 ? " by a record"
            : e.C == 0 ? ", the segment does not learn"
            : e.B != 0 ? ""
            : ", control was told lately";
        Add("source", $"{Mac(_accepted.B)} {where}{what}{why}");
    }

    private void SourceKnown()
    {
        if (!_sourceTold)
        {
            _sourceTold = true;
            Add("source", $"{Mac(_accepted.B)} is at {PlaceText((uint)_accepted.A)}");
        }
    }

    // What the straight lines did before the packet went to a place.
    private void Straight(uint place)
    {
        if (_accepted.Packet == 0)
        {
            return;
        }

        SourceKnown();
        if (!_destinationTold)
        {
            _destinationTold = true;
            Add("destination", $"{Mac(_accepted.C)} is at {PlaceText(place)}");
        }
    }

    // Which of several a flow took is told by where it left and to whom.
    private void AddNextHop(uint id, int port, MacAddress mac)
    {
        bool Leads(uint hop) => (plane.Memory.NextHops[hop].Word & MacAddress.Broadcast.Value) == mac.Value;
        IReadOnlyList<PlaneIndex.HopView> hops = plane.Index.PeerOf(id)?.Hops ?? [];
        uint taken = hops.FirstOrDefault(h => h.Path.PortIndex == port && Leads(h.Id)).Id;
        if (taken == 0 && TryPeer(id, out PeerEntry peer) && Leads(peer.NextHop))
        {
            taken = peer.NextHop; // a PA group, or a peer that is gone from the configuration
        }

        string choice = hops.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $", by the flow's hash one of {hops.Count}") : string.Empty;
        Add("neighbour", taken == 0 ? $"next hop is {mac}" : $"next hop {NextHop(taken)} is {mac}{choice}");
    }

    private void Leaving(in TraceEvent e, bool accepted)
    {
        uint place = (uint)e.A;
        ReadOnlySpan<byte> frame = Bytes(in e);
        int? before = FrameSummary.Mss(Bytes(in _arrived)), after = FrameSummary.Mss(frame);
        if (accepted && before is not null && after is not null && before != after)
        {
            Add("mss", string.Create(CultureInfo.InvariantCulture, $"{before} lowered to {after}"));
        }

        if ((place & Place.Peer) != 0)
        {
            Add("encapsulate", FrameSummary.Outer(frame));
            AddNextHop(place & Place.IdMask, e.Port, MacAddress.FromBytes(frame[..6]));
        }
        else if (place != 0)
        {
            string tags = string.Join(", ", FrameSummary.Of(frame).Split(", ").Where(static t => t.StartsWith("VLAN ", StringComparison.Ordinal)));
            Add("tag", tags.Length == 0 ? "none" : tags);
        }

        else if (!accepted && plane.Memory.Current.Ports[e.Port].Beside == _arrived.Port + 1u)
        {
            Add("exception", (plane.Memory.Current.Ports[e.Port].Flags & PortFlags.Underlay) != 0 ? "from the exception port, as it came" : "not for this gateway: to the exception port, as it came");
        }

        _steps.Add(new TraceStep
        {
            Stage = "transmit",
            Text = string.Create(CultureInfo.InvariantCulture, $"{PortName(e.Port)}, {e.Length} bytes"),
            Port = PortName(e.Port),
            Length = e.Length,
            Bytes = Convert.ToHexStringLower(frame),
        });
    }
}
