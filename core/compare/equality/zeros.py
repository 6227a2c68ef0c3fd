"""Fields of built-in kinds that the API server stores even when they are zero.

In these kinds an absent `0`, `false` or `""` is usually the same as a written one, because Go
leaves zero values out.  Not so where the Go type is a pointer to a scalar: there `replicas: 0` and
no `replicas` differ.  The key is the schema component without its version ("apps.DeploymentSpec");
the values are the fields, separated by blanks.

Source:
    The types.go files of k8s.io/api, apimachinery, apiextensions-apiserver and kube-aggregator
    v0.37.2, stable versions: every field with a pointer to a scalar.
"""

from typing import Final

_STORED: Final = {
    "admissionregistration.MatchResources": "matchPolicy",
    "admissionregistration.MutatingAdmissionPolicySpec": "failurePolicy",
    "admissionregistration.MutatingWebhook": (
        "failurePolicy matchPolicy reinvocationPolicy sideEffects timeoutSeconds"
    ),
    "admissionregistration.ParamRef": "parameterNotFoundAction",
    "admissionregistration.Rule": "scope",
    "admissionregistration.ServiceReference": "path port",
    "admissionregistration.ValidatingAdmissionPolicySpec": "failurePolicy",
    "admissionregistration.ValidatingWebhook": (
        "failurePolicy matchPolicy sideEffects timeoutSeconds"
    ),
    "admissionregistration.Validation": "reason",
    "admissionregistration.WebhookClientConfig": "url",
    "apiextensions.CustomResourceDefinitionVersion": "deprecationWarning",
    "apiextensions.CustomResourceSubresourceScale": "labelSelectorPath",
    "apiextensions.JSONSchemaProps": (
        "maxItems maxLength maxProperties maximum minItems minLength minProperties minimum "
        "multipleOf"
    ),
    "apiextensions.ServiceReference": "path port",
    "apiextensions.ValidationRule": "optionalOldSelf reason",
    "apiextensions.WebhookClientConfig": "url",
    "apiregistration.ServiceReference": "port",
    "apps.DaemonSetSpec": "revisionHistoryLimit",
    "apps.DeploymentSpec": "progressDeadlineSeconds replicas revisionHistoryLimit",
    "apps.ReplicaSetSpec": "replicas",
    "apps.RollingUpdateDaemonSet": "maxSurge maxUnavailable",
    "apps.RollingUpdateDeployment": "maxSurge maxUnavailable",
    "apps.RollingUpdateStatefulSetStrategy": "maxUnavailable partition",
    "apps.StatefulSetSpec": "replicas revisionHistoryLimit",
    "autoscaling.ContainerResourceMetricSource": "targetAverageUtilization",
    "autoscaling.HPAScalingRules": "selectPolicy stabilizationWindowSeconds",
    "autoscaling.HorizontalPodAutoscalerSpec": "minReplicas targetCPUUtilizationPercentage",
    "autoscaling.MetricTarget": "averageUtilization",
    "autoscaling.ResourceMetricSource": "targetAverageUtilization",
    "batch.CronJobSpec": (
        "failedJobsHistoryLimit startingDeadlineSeconds successfulJobsHistoryLimit suspend timeZone"
    ),
    "batch.JobSpec": (
        "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions "
        "managedBy manualSelector maxFailedIndexes parallelism podReplacementPolicy suspend "
        "ttlSecondsAfterFinished"
    ),
    "batch.PodFailurePolicyOnExitCodesRequirement": "containerName",
    "batch.SuccessPolicyRule": "succeededCount succeededIndexes",
    "certificates.CertificateSigningRequestSpec": "expirationSeconds",
    "certificates.PodCertificateRequestSpec": "maxExpirationSeconds",
    "coordination.LeaseSpec": (
        "holderIdentity leaseDurationSeconds leaseTransitions preferredHolder strategy"
    ),
    "core.AppArmorProfile": "localhostProfile",
    "core.AzureDiskVolumeSource": "cachingMode fsType kind readOnly",
    "core.AzureFilePersistentVolumeSource": "secretNamespace",
    "core.CSIVolumeSource": "fsType readOnly",
    "core.ClientIPConfig": "timeoutSeconds",
    "core.ClusterTrustBundleProjection": "name optional signerName user",
    "core.ConfigMap": "immutable",
    "core.ConfigMapEnvSource": "optional",
    "core.ConfigMapKeySelector": "optional",
    "core.ConfigMapProjection": "optional",
    "core.ConfigMapVolumeSource": "defaultMode defaultUser optional",
    "core.Container": "restartPolicy",
    "core.DownwardAPIVolumeFile": "mode user",
    "core.DownwardAPIVolumeSource": "defaultMode defaultUser",
    "core.EmptyDirVolumeSource": "mode",
    "core.EndpointAddress": "nodeName",
    "core.EndpointPort": "appProtocol",
    "core.EphemeralContainerCommon": "restartPolicy",
    "core.EvictionResponder": "priority",
    "core.FCVolumeSource": "lun",
    "core.FileKeySelector": "optional",
    "core.GRPCAction": "mode service",
    "core.GlusterfsPersistentVolumeSource": "endpointsNamespace",
    "core.HTTPGetAction": "protocol",
    "core.HostPathVolumeSource": "type",
    "core.ISCSIPersistentVolumeSource": "initiatorName",
    "core.ISCSIVolumeSource": "initiatorName",
    "core.KeyToPath": "mode user",
    "core.Lifecycle": "stopSignal",
    "core.LoadBalancerIngress": "ipMode",
    "core.LocalVolumeSource": "fsType",
    "core.NodeFeatures": "supplementalGroupsPolicy",
    "core.NodeRuntimeHandlerFeatures": "recursiveReadOnlyMounts userNamespaces",
    "core.NodeSystemInfo": "runningInUserNamespace",
    "core.PersistentVolumeClaimSpec": "storageClassName volumeAttributesClassName volumeMode",
    "core.PersistentVolumeSpec": "volumeAttributesClassName volumeMode",
    "core.PodCertificateProjection": "maxExpirationSeconds user",
    "core.PodDNSConfigOption": "value",
    "core.PodResourceClaim": "resourceClaimName resourceClaimTemplateName",
    "core.PodSchedulingGroup": "podGroupName",
    "core.PodSecurityContext": (
        "fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy "
        "supplementalGroupsPolicy"
    ),
    "core.PodSpec": (
        "activeDeadlineSeconds automountServiceAccountToken enableServiceLinks hostUsers "
        "hostnameOverride preemptionPolicy priority runtimeClassName setHostnameAsFQDN "
        "shareProcessNamespace terminationGracePeriodSeconds"
    ),
    "core.Probe": "terminationGracePeriodSeconds",
    "core.ProjectedVolumeSource": "defaultMode defaultUser",
    "core.ReplicationControllerSpec": "replicas",
    "core.ResourceHealth": "message",
    "core.SeccompProfile": "localhostProfile",
    "core.Secret": "immutable",
    "core.SecretEnvSource": "optional",
    "core.SecretKeySelector": "optional",
    "core.SecretProjection": "optional",
    "core.SecretVolumeSource": "defaultMode defaultUser optional",
    "core.SecurityContext": (
        "allowPrivilegeEscalation privileged procMount readOnlyRootFilesystem runAsGroup "
        "runAsNonRoot runAsUser"
    ),
    "core.ServiceAccount": "automountServiceAccountToken",
    "core.ServiceAccountTokenProjection": "expirationSeconds user",
    "core.ServicePort": "appProtocol",
    "core.ServiceSpec": (
        "allocateLoadBalancerNodePorts internalTrafficPolicy ipFamilyPolicy loadBalancerClass "
        "trafficDistribution"
    ),
    "core.Toleration": "tolerationSeconds",
    "core.TopologySpreadConstraint": "minDomains nodeAffinityPolicy nodeTaintsPolicy",
    "core.TypedLocalObjectReference": "apiGroup",
    "core.TypedObjectReference": "apiGroup namespace",
    "core.VolumeMount": "mountPropagation recursiveReadOnly",
    "core.WindowsSecurityContextOptions": (
        "gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName"
    ),
    "discovery.Endpoint": "hostname nodeName zone",
    "discovery.EndpointConditions": "ready serving terminating",
    "discovery.EndpointPort": "appProtocol name port protocol",
    "flowcontrol.ExemptPriorityLevelConfiguration": "lendablePercent nominalConcurrencyShares",
    "flowcontrol.LimitedPriorityLevelConfiguration": (
        "borrowingLimitPercent lendablePercent nominalConcurrencyShares"
    ),
    "meta.ObjectMeta": "deletionGracePeriodSeconds",
    "meta.OwnerReference": "blockOwnerDeletion controller",
    "networking.HTTPIngressPath": "pathType",
    "networking.IngressClassParametersReference": "apiGroup namespace scope",
    "networking.IngressSpec": "ingressClassName",
    "networking.NetworkPolicyPort": "endPort port protocol",
    "policy.PodDisruptionBudgetSpec": "maxUnavailable minAvailable unhealthyPodEvictionPolicy",
    "resource.Device": "allNodes allowMultipleAllocations bindsToNode nodeName",
    "resource.DeviceAttribute": "bool int string version",
    "resource.DeviceClassSpec": "extendedResourceName",
    "resource.DeviceConstraint": "distinctAttribute matchAttribute",
    "resource.DeviceRequestAllocationResult": "adminAccess shareID",
    "resource.DeviceTaintSelector": "device driver pool",
    "resource.DeviceToleration": "tolerationSeconds",
    "resource.ExactDeviceRequest": "adminAccess",
    "resource.NodeAllocatableMapping": "capacityKey",
    "resource.ResourceSliceSpec": "allNodes nodeName partitionTypeAttribute perDeviceNodeSelection",
    "scheduling.PriorityClass": "preemptionPolicy",
    "storage.CSIDriverSpec": (
        "attachRequired fsGroupPolicy nodeAllocatableUpdatePeriodSeconds podInfoOnMount "
        "preventPodSchedulingIfMissing requiresRepublish seLinuxMount "
        "serviceAccountTokenInSecrets storageCapacity"
    ),
    "storage.StorageClass": "allowVolumeExpansion reclaimPolicy volumeBindingMode",
    "storage.TokenRequest": "expirationSeconds",
    "storage.VolumeAttachmentSource": "persistentVolumeName",
    "storage.VolumeError": "errorCode",
    "storage.VolumeNodeResources": "count",
}

STORED_ZEROS: Final = {component: frozenset(names.split()) for component, names in _STORED.items()}
