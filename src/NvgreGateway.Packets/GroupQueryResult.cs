namespace NvgreGateway.Packets;

/// <summary>What <see cref="GroupQuery.Read"/> found.</summary>
public enum GroupQueryResult
{
    /// <summary>A query.</summary>
    Query,

    /// <summary>IGMP or MLD of another kind, or a query that no host need heed.</summary>
    Other,

    /// <summary>Cut short.</summary>
    Short,

    /// <summary>Its checksum is wrong.</summary>
    BadChecksum,
}
