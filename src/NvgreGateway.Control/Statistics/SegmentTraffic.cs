namespace NvgreGateway.Control.Statistics;

/// <summary>Traffic of a segment: the sums over its attachments and over its peers, those that were removed included.</summary>
/// <param name="Vlan">From (rx) and to (tx) its attachments.</param>
/// <param name="Nvgre">From (rx) and to (tx) its peers.</param>
public readonly record struct SegmentTraffic(Traffic Vlan, Traffic Nvgre);
