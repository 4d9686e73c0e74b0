namespace NvgreGateway.Control.Configuration;

/// <summary>How the IPv4 identifications of the segments of a large frame count on (C-020).</summary>
public enum SegmentIds
{
    /// <summary>In 16 bits.</summary>
    Full,

    /// <summary>In 15 bits, as NDIS LSOv2 devices do: 0x7FFF is followed by 0.</summary>
    Short,
}
