namespace NvgreGateway.Dataplane;

/// <summary>What the outer headers of an accepted NVGRE packet said.</summary>
internal struct OuterHeader
{
    /// <summary>Where the tenant frame begins in the packet.</summary>
    public uint Offset;

    /// <summary>Bytes of the tenant frame, from the outer IP length .</summary>
    public uint Length;

    /// <summary>Segment id.</summary>
    public uint Segment;

    /// <summary>Id of the peer that sent it.</summary>
    public uint Peer;

    /// <summary>Outer TOS or traffic class.</summary>
    public uint Tos;
}
