using System.Net;
using NvgreGateway.Control.Neighbors;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Icmp;

/// <summary>Keeps learned path MTUs in the regions, so that they outlive a control process (F-008).</summary>
/// <param name="memory">The regions.</param>
internal sealed unsafe class PathMtuStore(GatewayMemory memory)
{
    /// <summary>Writes what is known of the way to a PA, for each of its peers.</summary>
    /// <param name="address">The PA.</param>
    /// <param name="mtu">Bytes of outer IP packet; null = nothing is known any more.</param>
    /// <param name="expires">When it ends, nanoseconds.</param>
    /// <param name="index">The configuration in force.</param>
    public void Set(IPAddress address, int? mtu, ulong expires, PlaneIndex index)
    {
        HostKey key = HostKey.Of(0, address);
        if (mtu is not { } bytes)
        {
            for (uint id = 0; id < memory.Limits.Peers; id++)
            {
                if (KeyOf(memory.PathMtus + id) == key)
                {
                    Volatile.Write(ref memory.PathMtus[id].Mtu, 0);
                }
            }

            return;
        }

        foreach (PlaneIndex.PeerView peer in index.Peers.Where(p => p.Peer.Address.Equals(address)))
        {
            PathMtuSlot* slot = memory.PathMtus + peer.Id;
            Volatile.Write(ref slot->Mtu, 0);
            slot->High = key.High;
            slot->Low = key.Low;
            slot->Family = key.Family;
            slot->ExpiresAt = expires;
            Volatile.Write(ref slot->Mtu, (uint)bytes);
        }
    }

    /// <summary>What another control process left that still holds.</summary>
    /// <param name="index">The configuration in force.</param>
    /// <param name="now">Nanoseconds.</param>
    /// <returns>PAs, with the bytes and the end of each.</returns>
    public IReadOnlyList<(IPAddress Address, int Mtu, ulong Expires)> Read(PlaneIndex index, ulong now)
    {
        var found = new Dictionary<IPAddress, (IPAddress, int, ulong)>();
        foreach (PlaneIndex.PeerView peer in index.Peers)
        {
            PathMtuSlot slot = memory.PathMtus[peer.Id];
            if (slot.Mtu != 0 && slot.ExpiresAt > now && KeyOf(&slot) == HostKey.Of(0, peer.Peer.Address))
            {
                found[peer.Peer.Address] = (peer.Peer.Address, (int)slot.Mtu, slot.ExpiresAt);
            }
        }

        return [.. found.Values];
    }

    private static HostKey KeyOf(PathMtuSlot* slot) => new(0, (byte)slot->Family, slot->High, slot->Low);
}
