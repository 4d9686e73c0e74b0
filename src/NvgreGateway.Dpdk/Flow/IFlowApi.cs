namespace NvgreGateway.Dpdk;

/// <summary>
/// The flow rules of one port. DPDK's own are <see cref="PortFlows"/>; tests put a device of their own here. Called by one thread at a time,
/// which is not a worker's. Results are 0 or a negative errno; nothing is thrown, nothing allocated.
/// </summary>
public unsafe interface IFlowApi
{
    /// <summary>Asks whether a rule would be taken; changes nothing.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="error">Why not.</param>
    /// <returns>0, or a negative errno: -ENOSYS where the driver knows no rules, -ENOTSUP for one that it cannot do.</returns>
    int Validate(FlowRule* rule, FlowError* error);

    /// <summary>Installs a rule.</summary>
    /// <param name="rule">The rule; not needed afterwards.</param>
    /// <param name="handle">What names it from now on; 0 if refused.</param>
    /// <param name="error">Why not.</param>
    /// <returns>0, or a negative errno: -ENOSPC or -ENOMEM where the table is full.</returns>
    int Create(FlowRule* rule, nint* handle, FlowError* error);

    /// <summary>Removes a rule.</summary>
    /// <param name="direction">The rule's.</param>
    /// <param name="handle">Its name, gone afterwards.</param>
    /// <param name="error">Why not.</param>
    /// <returns>0 or a negative errno.</returns>
    int Destroy(FlowDirection direction, nint handle, FlowError* error);

    /// <summary>Reads what a rule with <see cref="FlowActionType.Count"/> counted.</summary>
    /// <param name="direction">The rule's.</param>
    /// <param name="handle">Its name.</param>
    /// <param name="packets">Packets since it was installed.</param>
    /// <param name="bytes">Bytes of those as they arrived.</param>
    /// <param name="error">Why not.</param>
    /// <returns>0 or a negative errno: -ENOTSUP where the device does not count both.</returns>
    int Query(FlowDirection direction, nint handle, ulong* packets, ulong* bytes, FlowError* error);

    /// <summary>Removes every rule of the port.</summary>
    /// <param name="error">Why not.</param>
    /// <returns>0 or a negative errno.</returns>
    int Flush(FlowError* error);
}
