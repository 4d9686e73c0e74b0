namespace NvgreGateway.Control.Configuration;

/// <summary>What happens to a unicast frame whose destination is not in the FDB; key <c>segments[].unknownUnicast</c> (A-087).</summary>
public enum UnknownUnicastPolicy
{
    /// <summary>It goes to every peer and every other attachment of the segment.</summary>
    Flood,

    /// <summary>It is dropped as <c>drop.fdb.unknown_unicast</c>.</summary>
    Drop,
}
