namespace NvgreGateway.Control.Tables;

/// <summary>What makes a peer of a segment the same one after a reload.</summary>
/// <param name="Vsid">VSID of the segment.</param>
/// <param name="Address">Its PA.</param>
public readonly record struct PeerKey(int Vsid, WireAddress Address);
