namespace NvgreGateway.Control;

/// <summary>What the data process says it is doing (<see cref="Exchange.DataState.Phase"/>).</summary>
internal enum DataPhase : ulong
{
    /// <summary>Opening its ports; also what the supervisor writes when it died.</summary>
    Starting,

    /// <summary>Ports ready and stopped.</summary>
    Ready,

    /// <summary>Forwarding.</summary>
    Forwarding,

    /// <summary>Stopping.</summary>
    Stopping,

    /// <summary>It could not start.</summary>
    Failed,
}
