namespace NvgreGateway.EndToEnd.Tests;

/// <summary>The metrics that the tests read.</summary>
internal static class MetricNames
{
    public const string Received = "nvgre_gateway_received_packets_total";
    public const string Transmitted = "nvgre_gateway_transmitted_packets_total";
    public const string Punted = "nvgre_gateway_punted_packets_total";
    public const string PuntRefused = "nvgre_gateway_punt_refused_packets_total";
    public const string Held = "nvgre_gateway_held_packets";
    public const string Drops = "nvgre_gateway_drops_total";
    public const string PortTx = "nvgre_gateway_port_transmit_packets_total";
    public const string AllocatedBytes = "nvgre_gateway_gc_allocated_bytes_total";
    public const string SteadyAllocatedBytes = "nvgre_gateway_gc_steady_allocated_bytes";
    public const string SteadyCollections = "nvgre_gateway_gc_steady_collections";
    public const string Collections = "nvgre_gateway_gc_collections_total";
    public const string OffloadRequests = "nvgre_gateway_port_offload_requests_total";
    public const string JoinedFrames = "nvgre_gateway_port_coalesced_frames_total";
    public const string JoinedSegments = "nvgre_gateway_port_coalesced_segments_total";
    public const string Events = "nvgre_gateway_events_total";
    public const string PortRx = "nvgre_gateway_port_receive_packets_total";
}
