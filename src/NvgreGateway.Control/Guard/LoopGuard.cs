using System.Security.Cryptography;
using NvgreGateway.Control.Configuration;
using NvgreGateway.Control.Tables;
using NvgreGateway.Exchange;
using NvgreGateway.Packets;

namespace NvgreGateway.Control.Guard;

/// <summary>
/// Finds loops through a VLAN and a VSID, as two gateways make that connect the same two (E-073): in segments with
/// <c>loopDetection</c> a probe goes out on each attachment twice a second; one that comes back, from a peer or a VLAN, blocks the
/// segment: nothing passes it in either direction (<c>drop.segment.down</c>). Probes go on, and the segment is unblocked when none came
/// back for some seconds; how many differs by chance, so that of two gateways that blocked together one is the first to forward again,
/// and the other, whose probes then come back, stays blocked.
/// </summary>
internal sealed unsafe class LoopGuard
{
    /// <summary>Time in which each attachment sends one probe.</summary>
    public const ulong Interval = Second / 2;

    /// <summary>A probe older than this tells nothing: somebody kept it.</summary>
    public const ulong Oldest = 2 * Second;

    /// <summary>Least and most time without a returning probe until a segment is unblocked.</summary>
    public const ulong LeastHold = 5 * Second, MostHold = 10 * Second;

    private const ulong Second = 1_000_000_000;
    private const ulong LeastStep = 1_000_000;
    private const int Budget = 1000;
    private readonly GatewayMemory _memory;
    private readonly GatewayTables _tables;
    private readonly InjectQueue _injects;
    private readonly Action<SegmentConfiguration, string?> _changed;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ulong _instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
    private readonly TokenBucket _budget = new(Budget);
    private readonly List<PlaneIndex.AttachmentView> _attachments = [];
    private readonly Dictionary<uint, Block> _blocked = [];
    private readonly byte[] _frame = new byte[LoopProbe.FrameLength];
    private ulong _nextProbe = ulong.MaxValue;
    private int _cursor;

    /// <param name="memory">The regions.</param>
    /// <param name="tables">The tables, which block segments.</param>
    /// <param name="injects">Where probes go.</param>
    /// <param name="changed">Told of a segment that is blocked, with the reason, and of one that is not any more, with none.</param>
    public LoopGuard(GatewayMemory memory, GatewayTables tables, InjectQueue injects, Action<SegmentConfiguration, string?> changed)
    {
        _memory = memory;
        _tables = tables;
        _injects = injects;
        _changed = changed;
    }

    /// <summary>When there is something to do, nanoseconds; null = never.</summary>
    public ulong? NextTimer => _attachments.Count > 0 && _nextProbe != ulong.MaxValue ? _nextProbe : null;

    /// <summary>Begins to probe; not in <c>replay</c>, where nothing may depend on a random key.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Begin(ulong now)
    {
        // At a time of its own, so that of two gateways that a loop joins one sees it, as a rule, before the other.
        _nextProbe = Math.Min(_nextProbe, now + Milliseconds(0, Interval));
    }

    /// <summary>Whether a segment is blocked.</summary>
    /// <param name="segment">Segment id.</param>
    public bool IsBlocked(uint segment) => _blocked.ContainsKey(segment);

    /// <summary>Takes over a published configuration.</summary>
    /// <param name="index">The configuration with its ids.</param>
    public void Refresh(PlaneIndex index)
    {
        _attachments.Clear();
        foreach (PlaneIndex.SegmentView view in index.Segments)
        {
            if (view.Segment is { LoopDetection: true, AdminState: AdminState.Up })
            {
                _attachments.AddRange(view.Attachments);
            }
        }

        foreach ((uint id, Block block) in _blocked.ToArray())
        {
            if (index.SegmentOf(id) is not { LoopDetection: true, AdminState: AdminState.Up } segment || segment.Name != block.Segment.Name)
            {
                Unblock(id, block);
            }
        }
    }

    /// <summary>Works off a probe that came back.</summary>
    /// <param name="punt">The punt; its frame is what stood behind the EtherType and may hold anything.</param>
    /// <param name="index">The configuration with its ids.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Handle(in Punt punt, PlaneIndex index, ulong now)
    {
        if (!_budget.TryTake(now)
            || !LoopProbe.TryRead(punt.Frame, _key, out LoopProbe probe) || probe.Instance != _instance
            || probe.SentAt > now || now - probe.SentAt > Oldest
            || index.SegmentOf(punt.Segment) is not { LoopDetection: true } segment || segment.Vsid != probe.Vsid)
        {
            // Made or kept by somebody else, or of another segment: what any frame from an own MAC is.
            ulong* counter = &_memory.Header->ControlDrops[(int)DropReason.InnerSelfMac];
            Volatile.Write(ref *counter, *counter + 1);
            return;
        }

        if (_blocked.TryGetValue(punt.Segment, out Block? block))
        {
            block.Until = now + block.Hold;
            return;
        }

        ulong hold = Milliseconds(LeastHold, MostHold);
        _blocked[punt.Segment] = new Block { Segment = segment, Hold = hold, Until = now + hold };
        _tables.SetBlocked(punt.Segment, true);
        _changed(segment, Text(in punt, in probe, index));
    }

    /// <summary>Sends what is due, and unblocks segments whose probes do not return any more.</summary>
    /// <param name="portMacs">The MAC of each port, by index.</param>
    /// <param name="now">Nanoseconds.</param>
    public void Fire(IReadOnlyList<MacAddress> portMacs, ulong now)
    {
        if (_attachments.Count == 0 || now < _nextProbe)
        {
            return;
        }

        // Spread over the interval: many attachments are no burst.
        ulong step = Math.Max(LeastStep, Interval / (ulong)_attachments.Count);
        int count = (int)(((ulong)_attachments.Count * step + Interval - 1) / Interval);
        for (int i = 0; i < count && _injects.HasRoom; i++)
        {
            _cursor = (_cursor + 1) % _attachments.Count;
            PlaneIndex.AttachmentView attachment = _attachments[_cursor];
            new LoopProbe(_instance, (uint)attachment.Segment.Vsid, attachment.Id, now).Write(_frame, portMacs[attachment.Port], _key);
            _injects.SendTenant(0, new Place(attachment.Id), attachment.Port, _frame);
        }

        _nextProbe = now + step;
        foreach ((uint id, Block block) in _blocked.ToArray())
        {
            if (now > block.Until)
            {
                Unblock(id, block);
            }
        }
    }

    private static ulong Milliseconds(ulong least, ulong most) =>
        least + ((ulong)RandomNumberGenerator.GetInt32((int)((most - least) / LeastStep)) * LeastStep);

    private static string Text(in Punt punt, in LoopProbe probe, PlaneIndex index)
    {
        string sent = index.AttachmentOf(probe.Attachment) is { } a ? $"{a.Attachment.Port} VLAN {a.Attachment.Vlan}" : "a VLAN";
        var place = new Place(punt.Place);
        string came = punt.Place == 0 ? "NVGRE"
            : place.IsPeer ? index.PeerOf(place.Id)?.Peer.Address.ToString() ?? "a peer"
            : index.AttachmentOf(place.Id) is { } b ? $"{b.Attachment.Port} VLAN {b.Attachment.Vlan}" : "a VLAN";
        return $"what it sends on {sent} comes back from {came}: it is blocked";
    }

    private void Unblock(uint id, Block block)
    {
        _blocked.Remove(id);
        _tables.SetBlocked(id, false);
        _changed(block.Segment, null);
    }

    private sealed class Block
    {
        public required SegmentConfiguration Segment { get; init; }

        public required ulong Hold { get; init; }

        public required ulong Until { get; set; }
    }
}
