namespace NvgreGateway.Control.Configuration;

/// <summary>How much a configuration may hold. More is refused when it is read (F-009), not when a table overflows.</summary>
public static class ConfigurationLimits
{
    /// <summary>Bytes of a configuration file: some ten times what the largest sensible one has.</summary>
    public const int FileBytes = 256 << 20;

    /// <summary>Ports; the port table of the shared memory has no more.</summary>
    public const int Ports = 64;

    /// <summary>Workers, and queues of a port; the shared memory has no more.</summary>
    public const int Workers = 64;

    /// <summary>Segments: ids have 16 bits, and id 0 is nobody's.</summary>
    public const int Segments = 65535;

    /// <summary>The highest VSID .</summary>
    public const int HighestVsid = 16777214;

    /// <summary>Characters of the name of a port or segment.</summary>
    public const int NameLength = 32;

    /// <summary>Attachments of one segment: each is a copy of every flooded frame.</summary>
    public const int AttachmentsPerSegment = 4096;

    /// <summary>Attachments of all segments together.</summary>
    public const int Attachments = 1 << 19;

    /// <summary>Peers of one segment: each is a copy of every flooded frame.</summary>
    public const int PeersPerSegment = 4096;

    /// <summary>Tenant groups of one segment that have PA groups of their own.</summary>
    public const int GroupsPerSegment = 1024;

    /// <summary>Peers of all segments together.</summary>
    public const int Peers = 1 << 19;

    /// <summary>Local PAs of one port.</summary>
    public const int AddressesPerPort = 256;

    /// <summary>Static routes of one port.</summary>
    public const int RoutesPerPort = 4096;

    /// <summary>Static neighbours of one port.</summary>
    public const int NeighborsPerPort = 4096;

    /// <summary>Entries of <c>vsidQueues</c> of one port.</summary>
    public const int QueueRules = 256;

    /// <summary>Entries of the FDB, and so records of a segment and MACs of a limit: 16 Mi.</summary>
    public const int FdbCapacity = 1 << 24;

    /// <summary>Packets of a burst: the scratch of a worker for a longer one would leave the first-level cache.</summary>
    public const int Burst = 128;
}
