using System.Net;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Tracing;

/// <summary>
/// One trace: tells the workers what to trace, reads what they write, and tells each packet once its verdict is there. Not for several
/// threads at once; the plane must not be in use by another meanwhile.
/// </summary>
public sealed unsafe class TraceSession
{
    private readonly ControlPlane _plane;
    private readonly GatewayMemory _memory;
    private readonly TraceNarrator _narrator;
    private readonly bool _ordered;
    private readonly uint _session;
    private readonly SortedDictionary<uint, Story> _open = [];
    private readonly List<TraceEvent> _own = [];
    private readonly ulong _beganNanoseconds;
    private ulong _beganClock;
    private bool _ended;

    private TraceSession(ControlPlane plane, uint session, ulong epochNanoseconds, bool ordered)
    {
        _plane = plane;
        _memory = plane.Memory;
        _narrator = new TraceNarrator(plane);
        _ordered = ordered;
        _session = session;
        _beganNanoseconds = epochNanoseconds;
    }

    /// <summary>Packets that were taken so far, their verdicts seen or not.</summary>
    public uint Taken => Math.Min(Volatile.Read(ref _memory.Trace->Taken), _memory.Trace->Count);

    /// <summary>Whether as many were taken as asked for and all are told.</summary>
    public bool IsComplete => Taken == _memory.Trace->Count && _open.Count == 0;

    /// <summary>Events that are missing because a ring was full.</summary>
    public uint Lost => Volatile.Read(ref _memory.Trace->Lost);

    /// <summary>
    /// Begins a trace for <c>replay</c>'s clock: packets are told in the order of arrival, and frames of the gateway's own as well unless
    /// there is a filter.
    /// </summary>
    /// <param name="plane">A started plane.</param>
    /// <param name="count">Packets at most.</param>
    /// <param name="filter">Which packets; its count and time are not looked at.</param>
    /// <returns>The trace.</returns>
    /// <exception cref="ArgumentException">The filter names what does not exist.</exception>
    public static TraceSession BeginReplay(ControlPlane plane, uint count, TraceRequest filter)
    {
        ArgumentNullException.ThrowIfNull(plane);
        ArgumentNullException.ThrowIfNull(filter);
        if (Check(plane, filter with { Count = 1, TimeoutSeconds = 1 }, out TraceControl control) is { } error)
        {
            throw new ArgumentException(error);
        }

        control.Count = Math.Min(count, TraceEvent.OwnNumber - 1);
        control.Own = filter is { Vsid: null, Vlan: null, Mac: null, Peer: null } ? 1u : 0;
        return Begin(plane, control, 0, ordered: true);
    }

    /// <summary>Begins a trace of what a request describes.</summary>
    /// <param name="plane">A started plane.</param>
    /// <param name="request">The request.</param>
    /// <param name="epochNanoseconds">The time now, since 1970.</param>
    /// <param name="error">What is wrong with the request; null when it began.</param>
    /// <returns>The trace, or null.</returns>
    public static TraceSession? Begin(ControlPlane plane, TraceRequest request, ulong epochNanoseconds, out string? error)
    {
        ArgumentNullException.ThrowIfNull(plane);
        ArgumentNullException.ThrowIfNull(request);
        error = Check(plane, request, out TraceControl control);
        return error is null ? Begin(plane, control, epochNanoseconds, ordered: false) : null;
    }

    /// <summary>Reads what workers wrote.</summary>
    /// <param name="tell">Takes each packet whose verdict is there.</param>
    public void Read(Action<TracePacket> tell)
    {
        ArgumentNullException.ThrowIfNull(tell);
        for (int worker = 0; worker < _memory.Limits.Workers; worker++)
        {
            Drain(worker);
        }

        foreach ((uint number, Story story) in _open.ToArray())
        {
            if (story.Complete && !(story.AwaitsControl && !_plane.TracedPunts.ContainsKey(number | (_session << TraceEvent.SessionShift))))
            {
                Tell(number, story, tell);
            }
            else if (_ordered)
            {
                break;
            }
        }

        // After what they answer to.
        foreach (TraceEvent own in _own)
        {
            tell(_narrator.TellOwn(own, Nanoseconds(own.Time)));
        }

        _own.Clear();
    }

    /// <summary>Ends the trace: workers forget it at their next poll, and what is not complete is told as it is.</summary>
    /// <param name="tell">Takes the packets that are left.</param>
    public void End(Action<TracePacket> tell)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        Volatile.Write(ref _memory.Header->TraceSession, 0);
        Read(tell);
        foreach ((uint number, Story story) in _open.ToArray())
        {
            Tell(number, story, tell);
        }
    }

    private static TraceSession Begin(ControlPlane plane, TraceControl control, ulong epochNanoseconds, bool ordered)
    {
        GatewayMemory memory = plane.Memory;
        Volatile.Write(ref memory.Header->TraceSession, 0);
        plane.TracedPunts.Clear();
        *memory.Trace = control with { LastSession = (memory.Trace->LastSession % 255) + 1 };
        uint session = memory.Trace->LastSession;
        for (int worker = 0; worker < memory.Limits.Workers; worker++)
        {
            SpscRing ring = memory.TraceRing(worker);
            for (uint left = ring.Count; left != 0; left--)
            {
                ring.Release(); // what an earlier trace left behind
            }
        }

        var trace = new TraceSession(plane, session, epochNanoseconds, ordered);
        Volatile.Write(ref memory.Header->TraceSession, session);
        return trace;
    }

    private static string? Check(ControlPlane plane, TraceRequest request, out TraceControl control)
    {
        control = new TraceControl { Count = (uint)request.Count, Vsid = TraceControl.Any, Vlan = TraceControl.Any, Mac = ulong.MaxValue };
        if (request.Count is < 1 or > TraceRequest.MostPackets)
        {
            return $"count: {request.Count}: it is 1 to {TraceRequest.MostPackets}";
        }

        if (request.TimeoutSeconds is < 1 or > TraceRequest.LongestSeconds)
        {
            return $"timeout: {request.TimeoutSeconds}: it is 1 to {TraceRequest.LongestSeconds} seconds";
        }

        if (request.Vsid is { } vsid)
        {
            if (plane.Index.Segments.TrueForAll(s => s.Segment.Vsid != vsid))
            {
                return $"vsid: {vsid}: no segment has it (there are {List(plane.Index.Segments.Select(static s => s.Segment.Vsid.ToString(System.Globalization.CultureInfo.InvariantCulture)))})";
            }

            control.Vsid = (uint)vsid;
        }

        if (request.Vlan is { } vlan)
        {
            if (vlan is < 1 or > 4094)
            {
                return $"vlan: {vlan}: it is 1 to 4094";
            }

            control.Vlan = (uint)vlan;
        }

        if (request.Mac is not null)
        {
            if (!MacAddress.TryParse(request.Mac, out MacAddress mac))
            {
                return $"mac: \"{request.Mac}\": it is six bytes such as 02:00:00:00:00:01";
            }

            control.Mac = mac.Value;
        }

        if (request.Peer is not null)
        {
            if (!IPAddress.TryParse(request.Peer, out IPAddress? address))
            {
                return $"peer: \"{request.Peer}\": it is an IPv4 or IPv6 address";
            }

            if (!plane.Index.Peers.Any(p => p.Peer.Address.Equals(address)))
            {
                return $"peer: {address}: no segment has it (there are {List(plane.Index.Peers.Select(static p => p.Peer.Address.ToString()).Distinct())})";
            }

            WireAddress wire = WireAddress.From(address);
            control.PeerFamily = wire.Family;
            control.PeerHigh = wire.High;
            control.PeerLow = wire.Low;
        }

        return null;
    }

    private static string List(IEnumerable<string> all)
    {
        string[] some = [.. all.Take(9)];
        return some.Length == 0 ? "none" : string.Join(", ", some.Take(8)) + (some.Length > 8 ? ", ..." : "");
    }

    private void Drain(int worker)
    {
        SpscRing ring = _memory.TraceRing(worker);
        for (var e = (TraceEvent*)ring.Peek(); e != null; e = (TraceEvent*)ring.Peek())
        {
            uint number = e->Packet & TraceEvent.NumberMask;
            if (e->Packet >> TraceEvent.SessionShift == _session)
            {
                if (_beganClock == 0)
                {
                    _beganClock = e->Time;
                }

                if (number != TraceEvent.OwnNumber)
                {
                    if (!_open.TryGetValue(number, out Story? story))
                    {
                        _open[number] = story = new Story();
                    }

                    story.Add(*e);
                }
                else if (e->Point == TracePoint.Leaving)
                {
                    _own.Add(*e);
                }
            }

            ring.Release();
        }
    }

    private void Tell(uint number, Story story, Action<TracePacket> tell)
    {
        _open.Remove(number);
        if (story.HasArrival)
        {
            IReadOnlyList<TraceEvent> events = story.InOrder();
            _plane.TracedPunts.Remove(number | (_session << TraceEvent.SessionShift), out DropReason refused);
            tell(_narrator.Tell(number, events, refused, Nanoseconds(events[0].Time)));
        }
    }

    // The workers' clock is that of the captures in replay, else a counter that began with the trace.
    private ulong Nanoseconds(ulong clock)
    {
        ulong hertz = _memory.Data->TscHz;
        return _beganNanoseconds == 0 || hertz == 0
            ? clock
            : _beganNanoseconds + (ulong)((UInt128)(clock - Math.Min(clock, _beganClock)) * 1_000_000_000 / hertz);
    }

    private sealed class Story
    {
        private readonly List<TraceEvent> _events = [];

        public bool Complete { get; private set; }

        /// <summary>Gets whether control has the frame and may yet refuse it.</summary>
        public bool AwaitsControl { get; private set; }

        public bool HasArrival => _events.Exists(static e => e.Point == TracePoint.Arrived);

        public void Add(TraceEvent e)
        {
            _events.Add(e);
            AwaitsControl |= e.Point == TracePoint.Punted && (PuntKind)e.B is PuntKind.Frame or PuntKind.TenantQuestion or PuntKind.TenantGroupOnly;
            Complete |= e.Point is TracePoint.Transmitted or TracePoint.Consumed or TracePoint.Dropped;
        }

        // Several workers write of one packet: each in order, all by the same clock. The arrival is first, whatever the clocks say.
        public IReadOnlyList<TraceEvent> InOrder() => [.. _events.OrderBy(static e => e.Point == TracePoint.Arrived ? 0 : e.Time)];
    }
}
