using System.Net;
using NvgreGateway.Exchange;

namespace NvgreGateway.Control.Tables;

/// <summary>The ids of segments, attachments, peers and next hops: stable across reloads and restarts of control.</summary>
public sealed class IdStore
{
    /// <summary>The id of a segment.</summary>
    /// <param name="vsid">Its VSID.</param>
    /// <returns>The id, or 0.</returns>
    public uint SegmentOf(int vsid) => throw new NotImplementedException();

    /// <summary>The id of an attachment.</summary>
    /// <param name="port">Port name.</param>
    /// <param name="vlan">VLAN id.</param>
    /// <returns>The id, or 0.</returns>
    public uint AttachmentOf(string port, int vlan) => throw new NotImplementedException();

    /// <summary>The id of a peer of a segment.</summary>
    /// <param name="vsid">VSID of the segment.</param>
    /// <param name="address">Its PA.</param>
    /// <returns>The id, or 0.</returns>
    public uint PeerOf(int vsid, IPAddress address) => throw new NotImplementedException();

    /// <summary>The id of a next hop.</summary>
    /// <param name="port">Underlay port index.</param>
    /// <param name="address">Its address.</param>
    /// <returns>The id, or 0.</returns>
    public uint NextHopOf(int port, IPAddress address) => throw new NotImplementedException();
}
