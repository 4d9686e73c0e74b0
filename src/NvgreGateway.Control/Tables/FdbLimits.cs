using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>
/// How many MACs were learned of each segment, peer and access port, against their limits (E-034), and the state words by which workers
/// know that a limit is reached.
/// </summary>
/// <param name="memory">The regions.</param>
internal sealed unsafe class FdbLimits(GatewayMemory memory)
{
    private readonly int[] _segmentCounts = new int[memory.Limits.Segments];
    private readonly int[] _peerCounts = new int[memory.Limits.Peers];
    private readonly int[] _portCounts = new int[64];

    /// <summary>What the places and their limits are.</summary>
    internal FdbPolicy Policy { get; set; } = FdbPolicy.Empty;

    /// <summary>The access port of a place; -1 = none.</summary>
    internal int PortOf(uint place)
    {
        uint id = place & Place.IdMask;
        return (place & Place.Peer) == 0 && id < Policy.Attachments.Length && Policy.Attachments[id].Segment != 0 ? Policy.Attachments[id].Port : -1;
    }

    /// <summary>Whether one more MAC at a place is one too many.</summary>
    /// <param name="segment">Segment id.</param>
    /// <param name="place">The place, without flags.</param>
    /// <param name="from">Where it lives now, or 0.</param>
    /// <returns>Whether it is.</returns>
    internal bool IsReached(uint segment, uint place, uint from)
    {
        if (from == 0 && _segmentCounts[segment] >= Policy.Segments[segment].Limit.Macs)
        {
            return true;
        }

        uint id = place & Place.IdMask;
        if ((place & Place.Peer) != 0)
        {
            return _peerCounts[id] >= Policy.Peers[id].Limit.Macs;
        }

        int port = Policy.Attachments[id].Port;
        return PortOf(from) != port && _portCounts[port] >= Policy.PortLimits[port].Macs;
    }

    /// <summary>So many learned MACs more at a place.</summary>
    internal void Count(uint segment, uint place, int change)
    {
        _segmentCounts[segment] += change;
        UpdateSegment(segment);
        uint id = place & Place.IdMask;
        if ((place & Place.Peer) != 0)
        {
            _peerCounts[id] += change;
            UpdatePeer(id);
        }
        else if (PortOf(place) is >= 0 and int port)
        {
            _portCounts[port] += change;
            if (Policy.PortLimits[port].Macs != FdbPolicy.Unlimited)
            {
                UpdatePort(port);
            }
        }
    }

    /// <summary>Counts the learned entries anew, without a word to workers.</summary>
    /// <param name="ways">The entries.</param>
    internal void Recount(FdbWays ways)
    {
        Array.Clear(_segmentCounts);
        Array.Clear(_peerCounts);
        Array.Clear(_portCounts);
        for (uint slot = ways.Next(0); slot < ways.End; slot = ways.Next(slot + 1))
        {
            uint place = ways.PlaceAt(slot);
            if ((place & Place.Static) != 0)
            {
                continue;
            }

            _segmentCounts[(ushort)ways.KeyAt(slot)]++;
            if ((place & Place.Peer) != 0)
            {
                _peerCounts[place & Place.IdMask]++;
            }
            else if (PortOf(place) is >= 0 and int port)
            {
                _portCounts[port]++;
            }
        }
    }

    /// <summary>Tells workers of all limits.</summary>
    internal void UpdateAll()
    {
        for (uint id = 1; id < Policy.Segments.Length; id++)
        {
            UpdateSegment(id);
        }

        for (uint id = 1; id < Policy.Peers.Length; id++)
        {
            UpdatePeer(id);
        }

        for (int port = 0; port < Policy.PortLimits.Length; port++)
        {
            UpdatePort(port);
        }
    }

    private void UpdateSegment(uint id)
    {
        if (id < Policy.Segments.Length)
        {
            SetState(memory.SegmentStates + id, _segmentCounts[id], Policy.Segments[id].Limit);
        }
    }

    private void UpdatePeer(uint id)
    {
        if (id < Policy.Peers.Length)
        {
            SetState(memory.PeerStates + id, _peerCounts[id], Policy.Peers[id].Segment == 0 ? new(FdbPolicy.Unlimited, false) : Policy.Peers[id].Limit);
        }
    }

    private void UpdatePort(int port)
    {
        foreach (uint id in Policy.PortAttachments[port])
        {
            SetState(memory.AttachmentStates + id, _portCounts[port], Policy.PortLimits[port]);
        }
    }

    // Only the bits of limits are ours; control's other parts set others, on the same thread.
    private static void SetState(byte* state, int count, FdbPolicy.Limit limit)
    {
        PlaceStates bits = count < limit.Macs ? 0 : limit.Drop ? PlaceStates.LimitReached | PlaceStates.LimitDrop : PlaceStates.LimitReached;
        byte wanted = (byte)((*state & ~(byte)(PlaceStates.LimitReached | PlaceStates.LimitDrop)) | (byte)bits);
        if (*state != wanted)
        {
            Volatile.Write(ref *state, wanted);
        }
    }
}
