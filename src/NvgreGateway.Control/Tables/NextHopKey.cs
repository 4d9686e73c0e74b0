namespace NvgreGateway.Control.Tables;

/// <summary>What makes a next hop the same one after a reload.</summary>
/// <param name="Port">Underlay port index.</param>
/// <param name="Address">Its address.</param>
public readonly record struct NextHopKey(int Port, WireAddress Address);
