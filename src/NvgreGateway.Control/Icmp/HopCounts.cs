using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Icmp;

/// <summary>
/// How many routers stand between a peer and the gateway (B-082), from the outer TTL of the last frame whose source was learned: hosts
/// begin with 64, 128 or 255.
/// </summary>
internal sealed class HopCounts
{
    private readonly Dictionary<uint, int> _hops = [];

    /// <summary>Takes the TTL of a frame from NVGRE.</summary>
    public void See(Place from, int ttl)
    {
        if (from.IsPeer && ttl > 0)
        {
            _hops[from.Id] = (ttl <= 64 ? 64 : ttl <= 128 ? 128 : 255) - ttl;
        }
    }

    /// <summary>Routers on the way from a peer; null = not known yet.</summary>
    public int? To(uint peer) => _hops.TryGetValue(peer, out int hops) ? hops : null;

    /// <summary>Forgets peers that are gone.</summary>
    public void Refresh(PlaneIndex index)
    {
        foreach (uint gone in _hops.Keys.Where(id => index.PeerOf(id) is null).ToArray())
        {
            _hops.Remove(gone);
        }
    }
}
